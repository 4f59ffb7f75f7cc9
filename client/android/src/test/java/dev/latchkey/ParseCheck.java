package dev.latchkey;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Says how this signer reads texts: for each line of the standard input, a JSON list of a kind and a text,
 * one line. By it, what another implementation accepts can be compared.
 */
public final class ParseCheck {
    public static void main(String[] arguments) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream answers = new PrintStream(System.out, false, "UTF-8");
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            List<?> question = (List<?>) Json.parse(line);
            answers.println(read((String) question.get(0), (String) question.get(1)));
        }
        answers.flush();
    }

    private static String read(String kind, String text) {
        try {
            switch (kind) {
                case "target":
                    Target target = Target.parse(text);
                    return target.path() + " " + target.query();
                case "apiKey":
                    ApiKey key = ApiKey.parse(text);
                    return key.masterVersion() + " " + key.keyId();
                case "hmacSecret":
                    return hex(HmacSecret.parse(text).getEncoded());
                case "slot":
                    return Slot.of(text);
                default:
                    throw new IllegalStateException(kind);
            }
        } catch (IllegalArgumentException refused) {
            return "refused";
        }
    }

    private static String hex(byte[] bytes) {
        String digits = new BigInteger(1, bytes).toString(16);
        StringBuilder hex = new StringBuilder();
        while (hex.length() + digits.length() < 2 * bytes.length) hex.append('0');
        return hex.append(digits).toString();
    }
}
