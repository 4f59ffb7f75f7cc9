package dev.latchkey;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.MGF1ParameterSpec;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/**
 * A body that is encrypted with the pair of {@code encryption: "server-key"}: a compact JWE (RFC 7516
 * section 7.1) by RSA-OAEP-256 and A256GCM, in the service's closed profile.
 */
public final class Jwe {
    /**
     * RFC 7518 section 4.3: SHA-256 for the label and for MGF1. What the name {@code
     * OAEPWithSHA-256AndMGF1Padding} alone stands for takes SHA-1 for MGF1, and the service refuses it.
     */
    private static final OAEPParameterSpec OAEP =
            new OAEPParameterSpec(
                    "SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);

    private static final Charset UTF_8 = StandardCharsets.UTF_8;
    private static final String RSA = "RSA/ECB/OAEPPadding";
    private static final String AES = "AES/GCM/NoPadding";
    private static final int CONTENT_KEY_BYTES = 32;
    private static final int IV_BYTES = 12;
    private static final int TAG_BYTES = 16;

    /** The four members that a header has, in any order, without escapes: nothing else is of the profile. */
    private static final Pattern HEADER =
            Pattern.compile("\\{(\"(?:alg|enc|kid|cty)\":\"[^\"\\\\]*\",?){4}(?<!,)\\}");

    private final String contentType;
    private final byte[] plaintext;

    private Jwe(String contentType, byte[] plaintext) {
        this.contentType = contentType;
        this.plaintext = plaintext;
    }

    /** {@code application/json} or {@code application/problem+json}. */
    public String contentType() {
        return contentType;
    }

    public byte[] plaintext() {
        return plaintext.clone();
    }

    /**
     * Encrypts a JSON body. Sign and send the bytes of the result as {@code application/jose}.
     *
     * @param keyId of the credential: the 32 hexadecimal digits in the middle of the API key
     * @param publicKey of the drop
     */
    public static String encrypt(byte[] json, PublicKey publicKey, String keyId)
            throws GeneralSecurityException {
        SecureRandom random = new SecureRandom();
        byte[] contentKey = new byte[CONTENT_KEY_BYTES];
        byte[] iv = new byte[IV_BYTES];
        random.nextBytes(contentKey);
        random.nextBytes(iv);
        String header =
                "{\"alg\":\"RSA-OAEP-256\",\"enc\":\"A256GCM\",\"kid\":\"" + keyId + "\",\"cty\":\"json\"}";
        String first = Base64.encodeUrl(Ascii.bytes(header));
        byte[] sealed = content(Cipher.ENCRYPT_MODE, contentKey, iv, first).doFinal(json);
        int tagAt = sealed.length - TAG_BYTES;
        Cipher rsa = Cipher.getInstance(RSA);
        rsa.init(Cipher.ENCRYPT_MODE, publicKey, OAEP);
        return first
                + "." + Base64.encodeUrl(rsa.doFinal(contentKey))
                + "." + Base64.encodeUrl(iv)
                + "." + Base64.encodeUrl(part(sealed, 0, tagAt))
                + "." + Base64.encodeUrl(part(sealed, tagAt, sealed.length));
    }

    /**
     * Decrypts an answer that came as {@code application/jose}.
     *
     * @param privateKey of the drop
     * @throws GeneralSecurityException for whatever is wrong with it: do not say what, and do not use the
     *     answer
     */
    public static Jwe decrypt(String jwe, PrivateKey privateKey, String keyId)
            throws GeneralSecurityException {
        String[] parts = jwe.split("\\.", -1);
        if (parts.length != 5) throw failed();
        byte[] header = decoded(parts[0]);
        byte[] iv = decoded(parts[2]);
        byte[] ciphertext = decoded(parts[3]);
        byte[] tag = decoded(parts[4]);
        if (iv.length != IV_BYTES || tag.length != TAG_BYTES) throw failed();
        String contentType = read(new String(header, UTF_8), keyId);

        Cipher rsa = Cipher.getInstance(RSA);
        rsa.init(Cipher.DECRYPT_MODE, privateKey, OAEP);
        byte[] contentKey = rsa.doFinal(decoded(parts[1]));
        if (contentKey.length != CONTENT_KEY_BYTES) throw failed();
        byte[] sealed = new byte[ciphertext.length + TAG_BYTES];
        System.arraycopy(ciphertext, 0, sealed, 0, ciphertext.length);
        System.arraycopy(tag, 0, sealed, ciphertext.length, TAG_BYTES);
        return new Jwe(
                contentType, content(Cipher.DECRYPT_MODE, contentKey, iv, parts[0]).doFinal(sealed));
    }

    private static Cipher content(int mode, byte[] key, byte[] iv, String header)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(AES);
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BYTES * 8, iv));
        cipher.updateAAD(Ascii.bytes(header));
        return cipher;
    }

    /** What the header says of the content; each member once, and what it must be. */
    private static String read(String header, String keyId) throws GeneralSecurityException {
        if (!HEADER.matcher(header).matches()) throw failed();
        boolean isOurs =
                "RSA-OAEP-256".equals(member(header, "alg"))
                        && "A256GCM".equals(member(header, "enc"))
                        && keyId.equals(member(header, "kid"));
        String type = member(header, "cty");
        boolean isKnown = "json".equals(type) || "problem+json".equals(type);
        if (!isOurs || !isKnown) throw failed();
        return "application/" + type;
    }

    private static String member(String header, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(header);
        return found.find() ? found.group(1) : null;
    }

    private static byte[] decoded(String part) throws GeneralSecurityException {
        byte[] bytes = Base64.decodeUrl(part);
        if (bytes == null) throw failed();
        return bytes;
    }

    private static byte[] part(byte[] bytes, int from, int to) {
        byte[] copy = new byte[to - from];
        System.arraycopy(bytes, from, copy, 0, copy.length);
        return copy;
    }

    private static GeneralSecurityException failed() {
        return new GeneralSecurityException("not decrypted");
    }
}
