package dev.latchkey;

/** RFC 9530 section 2. */
public final class ContentDigest {
    private ContentDigest() {}

    /** The value of {@code Content-Digest}, over the very bytes that are sent. */
    public static String of(byte[] body) {
        return "sha-256=:" + Base64.encode(Sha256.of(body)) + ":";
    }
}
