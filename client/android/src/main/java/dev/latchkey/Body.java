package dev.latchkey;

import java.util.regex.Pattern;

/** What a request carries: its media type as it is sent, to the letter, and its bytes. */
public final class Body {
    /** Anything else could be encoded in two ways. */
    private static final Pattern CONTENT_TYPE = Pattern.compile("[ -~]{1,256}");

    private final String contentType;
    private final String contentDigest;

    private Body(String contentType, String contentDigest) {
        this.contentType = contentType;
        this.contentDigest = contentDigest;
    }

    /**
     * @param bytes at least one; a request with an empty body is one without
     * @throws IllegalArgumentException for an empty body or a media type that is not printable ASCII
     */
    public static Body of(String contentType, byte[] bytes) {
        if (bytes.length == 0) throw new IllegalArgumentException("an empty body is none");
        if (contentType == null || !CONTENT_TYPE.matcher(contentType).matches()) {
            throw new IllegalArgumentException("a body needs a Content-Type of printable ASCII");
        }
        return new Body(contentType, ContentDigest.of(bytes));
    }

    String contentType() {
        return contentType;
    }

    String contentDigest() {
        return contentDigest;
    }
}
