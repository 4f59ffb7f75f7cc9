package dev.latchkey;

/** The text that is signed, RFC 9421 section 2.5, and the parameters that are its last line. */
final class SignatureBase {
    private final StringBuilder lines = new StringBuilder();
    private final StringBuilder names = new StringBuilder();
    private final String params;

    SignatureBase(
            String method, Target target, ApiKey apiKey, Body body, long created, String nonce) {
        cover("@method", method);
        cover("@path", target.path());
        cover("@query", target.query());
        cover("x-api-key", apiKey.text());
        if (body != null) {
            cover("content-type", body.contentType());
            cover("content-digest", body.contentDigest());
        }
        params =
                "(" + names + ");created=" + created + ";nonce=\"" + nonce + "\";keyid=\""
                        + apiKey.keyId() + "\";alg=\"hmac-sha256\";tag=\"latchkey\"";
        lines.append("\"@signature-params\": ").append(params);
    }

    private void cover(String name, String value) {
        if (names.length() > 0) names.append(' ');
        names.append('"').append(name).append('"');
        lines.append('"').append(name).append("\": ").append(value).append('\n');
    }

    /** The value of {@code Signature-Input} behind its label. */
    String params() {
        return params;
    }

    /** The text that the MAC is over. */
    String text() {
        return lines.toString();
    }
}
