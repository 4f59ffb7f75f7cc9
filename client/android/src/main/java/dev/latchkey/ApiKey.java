package dev.latchkey;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An API key, {@code lk_v{master version}_{key ID}_{MAC}}: public, but sent to the service alone. */
public final class ApiKey {
    private static final Pattern FORM =
            Pattern.compile("lk_v([1-9][0-9]{0,8})_([0-9a-f]{32})_([0-9a-f]{32})");

    private final String text;
    private final int masterVersion;
    private final String keyId;

    private ApiKey(String text, int masterVersion, String keyId) {
        this.text = text;
        this.masterVersion = masterVersion;
        this.keyId = keyId;
    }

    /**
     * Reads an API key as it is dropped.
     *
     * @throws IllegalArgumentException for anything but its one accepted form
     */
    public static ApiKey parse(String text) {
        Matcher parts = FORM.matcher(text);
        // The text itself is not in the message: messages end in logs.
        if (!parts.matches()) throw new IllegalArgumentException("the API key is malformed");
        return new ApiKey(text, Integer.parseInt(parts.group(1)), parts.group(2));
    }

    /** Which master secret of the service it belongs to. */
    public int masterVersion() {
        return masterVersion;
    }

    /** 32 hex digits; the one part that may be shown and logged. */
    public String keyId() {
        return keyId;
    }

    /** The value of {@code X-API-Key}. */
    public String text() {
        return text;
    }

    /** Without the MAC, so that a log never holds a whole key. */
    @Override
    public String toString() {
        return "ApiKey " + keyId;
    }
}
