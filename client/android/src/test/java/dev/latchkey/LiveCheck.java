package dev.latchkey;

import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Map;

/**
 * Calls a running service, and prints the status of each answer: {@code java dev.latchkey.LiveCheck
 * http://127.0.0.1:5000 apiKey hmacSecret serverSeconds}.
 */
public final class LiveCheck {
    private static final long DAY_SECONDS = 86_400;
    private static final byte[] BODY =
            "{\"phone\":\"+4915112345678\",\"password\":\"K\u00f6ln am Rhein\"}".getBytes(StandardCharsets.UTF_8);

    private final String address;
    private final Signer signer;
    private final ServerClock clock;
    private Signed sent;

    private LiveCheck(String address, Signer signer, ServerClock clock) {
        this.address = address;
        this.signer = signer;
        this.clock = clock;
    }

    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        Signer signer =
                new Signer(ApiKey.parse(arguments[1]), HmacSecret.parse(arguments[2]));
        long deviceMillis = (Long.parseLong(arguments[3]) - DAY_SECONDS) * 1000;
        new LiveCheck(arguments[0], signer, new ServerClock(() -> deviceMillis, 0)).run();
    }

    private void run() throws IOException, GeneralSecurityException {
        HttpURLConnection skewed = call("GET", "/api/installs/current", null);
        print("a clock a day behind", skewed);
        clock.learn(signer.readServerTime(skewed.getHeaderField("Server-Time"), sent));
        print("with the time learnt", call("GET", "/api/installs/current?a=%C3%B6&b='", null));
        print("with a body", call("POST", "/api/login", BODY));
    }

    private HttpURLConnection call(String method, String target, byte[] bytes)
            throws IOException, GeneralSecurityException {
        Body body = bytes == null ? null : Body.of("application/json; charset=utf-8", bytes);
        sent = signer.sign(method, target, body, clock.nowSeconds());
        HttpURLConnection call = (HttpURLConnection) new URL(address + target).openConnection();
        call.setRequestMethod(method);
        call.setInstanceFollowRedirects(false);
        for (Map.Entry<String, String> header : sent.headers().entrySet()) {
            call.setRequestProperty(header.getKey(), header.getValue());
        }
        if (bytes != null) {
            call.setDoOutput(true);
            try (OutputStream out = call.getOutputStream()) {
                out.write(bytes);
            }
        }
        return call;
    }

    private static void print(String title, HttpURLConnection answered) throws IOException {
        System.out.println(title + ": " + answered.getResponseCode());
    }
}
