package dev.latchkey;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;

/**
 * The server's clock as it is told to an app whose own is wrong. It is believed only with the MAC under
 * this install's own secret and over the nonce of the very request: nobody on the way, and no recorded
 * answer, can make the app sign for another time.
 */
final class ServerTime {
    /** Sent in the answer {@code clock_skew}, and in no other. */
    private static final Pattern HEADER =
            Pattern.compile("([1-9][0-9]{0,11}); mac=(:[A-Za-z0-9+/]{43}=:)");

    /** No time can be it. */
    static final long UNTRUSTED = -1;

    private ServerTime() {}

    static long read(String header, String nonce, SecretKey secret)
            throws GeneralSecurityException {
        Matcher parts = HEADER.matcher(header == null ? "" : header);
        if (!parts.matches()) return UNTRUSTED;
        String text = "latchkey server time\n" + parts.group(1) + "\n" + nonce;
        String right = ":" + Base64.encode(HmacSecret.mac(secret, text)) + ":";
        // As texts: a MAC has one accepted text, and this comparison takes the same time for all.
        boolean isGenuine =
                MessageDigest.isEqual(Ascii.bytes(right), Ascii.bytes(parts.group(2)));
        return isGenuine ? Long.parseLong(parts.group(1)) : UNTRUSTED;
    }
}
