package dev.latchkey;

/**
 * RFC 4648, written out: {@code java.util.Base64} needs Android 8 (API 26), and {@code
 * android.util.Base64} an Android.
 */
final class Base64 {
    private static final String STANDARD =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private static final String URL =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private Base64() {}

    /** Section 4, with padding. */
    static String encode(byte[] bytes) {
        StringBuilder text = digits(bytes, STANDARD);
        while (text.length() % 4 != 0) text.append('=');
        return text.toString();
    }

    /** Section 5, without padding. */
    static String encodeUrl(byte[] bytes) {
        return digits(bytes, URL).toString();
    }

    /**
     * The bytes of base64url without padding, or null: only the text that encodeUrl gives for those
     * bytes is accepted.
     */
    static byte[] decodeUrl(String text) {
        byte[] bytes = new byte[text.length() * 6 / 8];
        int bits = 0;
        int bitCount = 0;
        int length = 0;
        for (int at = 0; at < text.length(); at += 1) {
            int value = URL.indexOf(text.charAt(at));
            if (value < 0) return null;
            bits = (bits << 6 | value) & 0xffff;
            bitCount += 6;
            if (bitCount >= 8) {
                bitCount -= 8;
                bytes[length++] = (byte) (bits >> bitCount);
            }
        }
        return encodeUrl(bytes).equals(text) ? bytes : null;
    }

    private static StringBuilder digits(byte[] bytes, String alphabet) {
        StringBuilder text = new StringBuilder(bytes.length * 4 / 3 + 4);
        int bits = 0;
        int bitCount = 0;
        for (byte each : bytes) {
            bits = (bits << 8 | each & 0xff) & 0xffff;
            bitCount += 8;
            while (bitCount >= 6) {
                bitCount -= 6;
                text.append(alphabet.charAt(bits >> bitCount & 63));
            }
        }
        if (bitCount > 0) text.append(alphabet.charAt(bits << 6 - bitCount & 63));
        return text;
    }
}
