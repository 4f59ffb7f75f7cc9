package dev.latchkey;

import java.security.SecureRandom;

/** Makes each request one of its own: 128 random bits, as 22 characters. */
final class Nonce {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Nonce() {}

    static String next() {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return Base64.encodeUrl(bytes);
    }
}
