package dev.latchkey;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** What is signed is ASCII, so that no two platforms encode it in two ways. */
final class Ascii {
    private static final Charset CHARSET = StandardCharsets.US_ASCII;

    private Ascii() {}

    /** @throws IllegalArgumentException rather than the question marks that Java would write */
    static byte[] bytes(String text) {
        for (int at = 0; at < text.length(); at += 1) {
            if (text.charAt(at) > 0x7e) throw new IllegalArgumentException("not ASCII");
        }
        return text.getBytes(CHARSET);
    }
}
