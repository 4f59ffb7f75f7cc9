package dev.latchkey;

import java.util.Collections;
import java.util.Map;

/** What a signature adds to a request. */
public final class Signed {
    private final Map<String, String> headers;
    private final String nonce;
    private final String base;

    Signed(Map<String, String> headers, String nonce, String base) {
        this.headers = Collections.unmodifiableMap(headers);
        this.nonce = nonce;
        this.base = base;
    }

    /** The headers to be sent, each instead of any other of its name. */
    public Map<String, String> headers() {
        return headers;
    }

    String nonce() {
        return nonce;
    }

    /** The text that was signed: to be compared when a signature is refused. It holds the API key. */
    String base() {
        return base;
    }
}
