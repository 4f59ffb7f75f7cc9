package dev.latchkey;

import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;

/** Signs requests with the credential of this install. Safe to be used by several threads. */
public final class Signer {
    private static final Pattern METHOD = Pattern.compile("[A-Z]{1,16}");
    private static final Pattern NONCE = Pattern.compile("[A-Za-z0-9_-]{16,64}");
    private static final String LABEL = "lk";

    private final ApiKey apiKey;
    private final SecretKey secret;

    /** @param secret of {@link HmacSecret#parse}, or the same key in the Android Keystore */
    public Signer(ApiKey apiKey, SecretKey secret) {
        this.apiKey = apiKey;
        this.secret = secret;
    }

    /**
     * Signs a request under a fresh nonce; the result is good for one sending.
     *
     * @param method upper case
     * @param target path and query as they are sent, below the service's address: {@code /api/login}
     * @param body null when there is none
     * @param created Unix seconds by the server's clock: {@link ServerClock#nowSeconds}
     * @throws IllegalArgumentException for what the protocol has no form for
     * @throws GeneralSecurityException when the key cannot be used, as after it was removed
     */
    public Signed sign(String method, String target, Body body, long created)
            throws GeneralSecurityException {
        return sign(method, target, body, created, Nonce.next());
    }

    /** The same under a given nonce: for the vectors. A nonce that is used twice is refused. */
    Signed sign(String method, String target, Body body, long created, String nonce)
            throws GeneralSecurityException {
        require(METHOD.matcher(method).matches(), "a method is 1 to 16 of A-Z");
        require(created >= 0 && created < 1_000_000_000_000L, "created is in seconds");
        require(NONCE.matcher(nonce).matches(), "a nonce is 16 to 64 characters of base64url");
        Target parsed = Target.parse(target);
        SignatureBase base = new SignatureBase(method, parsed, apiKey, body, created, nonce);
        String mac = Base64.encode(HmacSecret.mac(secret, base.text()));
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("X-API-Key", apiKey.text());
        if (body != null) {
            headers.put("Content-Type", body.contentType());
            headers.put("Content-Digest", body.contentDigest());
        }
        headers.put("Signature-Input", LABEL + "=" + base.params());
        headers.put("Signature", LABEL + "=:" + mac + ":");
        return new Signed(headers, nonce, base.text());
    }

    /**
     * The server's time in Unix seconds from the answer {@code clock_skew}, or -1 when it must not be
     * believed: see {@link ServerTime}.
     *
     * @param header the value of {@code Server-Time}, or null
     * @param sent the request that was answered
     */
    public long readServerTime(String header, Signed sent) throws GeneralSecurityException {
        return ServerTime.read(header, sent.nonce(), secret);
    }

    private static void require(boolean isGood, String otherwise) {
        if (!isGood) throw new IllegalArgumentException(otherwise);
    }
}
