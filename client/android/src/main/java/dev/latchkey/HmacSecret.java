package dev.latchkey;

import java.security.GeneralSecurityException;
import java.security.Key;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** The HMAC secret of an install, as a key of the platform's cryptography. */
public final class HmacSecret {
    static final String ALGORITHM = "HmacSHA256";

    private HmacSecret() {}

    /**
     * Reads the secret as it is dropped: base64url of 32 bytes. Import the key into the Android
     * Keystore, and forget the text: see {@code CredentialStore} in the examples.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static SecretKey parse(String text) {
        byte[] bytes = text.length() == 43 ? Base64.decodeUrl(text) : null;
        if (bytes == null) throw new IllegalArgumentException("the HMAC secret is malformed");
        return new SecretKeySpec(bytes, ALGORITHM);
    }

    /** HMAC-SHA256, 32 bytes. Which provider computes it depends on the key: the Keystore's own for its. */
    static byte[] mac(Key key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(ALGORITHM);
        mac.init(key);
        return mac.doFinal(Ascii.bytes(text));
    }
}
