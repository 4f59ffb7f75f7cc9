package dev.latchkey;

import dev.latchkey.example.LatchkeyInterceptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.SecretKey;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;

/** Runs the example of an interceptor against stand-ins of OkHttp. Ends with 1 when a case has failed. */
public final class InterceptorCheck {
    private static final ApiKey KEY =
            ApiKey.parse("lk_v1_019a8f2d4c3e7b6aa1d0c500f3b2a190_00112233445566778899aabbccddeeff");
    private static final SecretKey SECRET =
            HmacSecret.parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    private static final long DEVICE_SECONDS = 1_000_000_000;
    private static final long SERVER_SECONDS = 1_795_300_000;
    private static final String JSON = "application/json; charset=utf-8";

    private final ServerClock clock = new ServerClock(() -> DEVICE_SECONDS * 1000 + 999, 0);
    private final LatchkeyInterceptor interceptor =
            new LatchkeyInterceptor(
                    HttpUrl.get("https://host.example/region/api"), new Signer(KEY, SECRET), clock);

    /** What the server answers to the n-th request that it gets. */
    private interface Server {
        Response answer(Request request, int count);
    }

    private static final class Network implements Interceptor.Chain {
        private final List<Request> sent = new ArrayList<>();
        private final Request request;
        private final Server server;

        Network(Request request, Server server) {
            this.request = request;
            this.server = server;
        }

        @Override
        public Request request() {
            return request;
        }

        @Override
        public Response proceed(Request signed) {
            sent.add(signed);
            return server.answer(signed, sent.size());
        }
    }

    public static void main(String[] arguments) throws Exception {
        new InterceptorCheck().signsWhatIsSent();
        new InterceptorCheck().sendsOnceMoreWithTheServersTime();
        new InterceptorCheck().believesNoForgedTime();
        new InterceptorCheck().triesTwiceAtMost();
        new InterceptorCheck().keepsTheKeyFromOthers();
        new InterceptorCheck().dropsAnEmptyQuery();
        new InterceptorCheck().failsAsACallFails();
        System.out.println("interceptor 7");
    }

    private void signsWhatIsSent() throws Exception {
        Network network = new Network(post("/region/api/login?a=b"), (sent, count) -> ok());
        interceptor.intercept(network);
        Request sent = network.sent.get(0);
        byte[] body = "{\"city\":\"K\u00f6ln\"}".getBytes(StandardCharsets.UTF_8);
        same(network.sent.size(), 1);
        same(Arrays.equals(bytesOf(sent), body), true);
        same(sent.header("Content-Digest"), ContentDigest.of(body));
        Signed again =
                new Signer(KEY, SECRET)
                        .sign("POST", "/api/login?a=b", Body.of(JSON, body), DEVICE_SECONDS, nonceOf(sent));
        for (String name : again.headers().keySet()) same(sent.header(name), again.headers().get(name));
    }

    private void sendsOnceMoreWithTheServersTime() throws Exception {
        List<Response> refused = new ArrayList<>();
        Network network = new Network(post("/region/api/login"), (sent, count) -> {
            if (count > 1) return ok();
            refused.add(new Response(401, timeFor(sent, SECRET)));
            return refused.get(0);
        });
        same(interceptor.intercept(network).code(), 200);
        same(refused.get(0).isClosed(), true);
        same(network.sent.size(), 2);
        Request second = network.sent.get(1);
        same(second.header("Signature-Input").contains(";created=" + SERVER_SECONDS + ";"), true);
        same(nonceOf(second).equals(nonceOf(network.sent.get(0))), false);
        same(Arrays.equals(bytesOf(second), bytesOf(network.sent.get(0))), true);
        same(clock.offsetSeconds(), SERVER_SECONDS - DEVICE_SECONDS);
    }

    private void believesNoForgedTime() throws Exception {
        SecretKey other = HmacSecret.parse("__________________________________________8");
        Network network =
                new Network(post("/region/api/login"), (sent, count) -> new Response(401, timeFor(sent, other)));
        same(interceptor.intercept(network).isClosed(), false);
        same(network.sent.size(), 1);
        same(clock.offsetSeconds(), 0L);
    }

    private void triesTwiceAtMost() throws Exception {
        Network network =
                new Network(post("/region/api/login"), (sent, count) -> new Response(401, timeFor(sent, SECRET)));
        same(interceptor.intercept(network).code(), 401);
        same(network.sent.size(), 2);
    }

    private void keepsTheKeyFromOthers() throws Exception {
        for (String url : new String[] {
            "https://other.example/region/api/login",
            "http://host.example/region/api/login",
            "https://host.example:8443/region/api/login",
            "https://host.example/region/apiary",
        }) {
            Request request = new Request.Builder().url(HttpUrl.get(url)).build();
            Network network = new Network(request, (sent, count) -> ok());
            interceptor.intercept(network);
            same(network.sent.get(0).header("X-API-Key"), null);
            same(network.sent.get(0).header("Signature"), null);
        }
    }

    private void dropsAnEmptyQuery() throws Exception {
        Network network = new Network(post("/region/api/login?"), (sent, count) -> ok());
        interceptor.intercept(network);
        same(network.sent.get(0).url().toString(), "https://host.example/region/api/login");
    }

    private void failsAsACallFails() {
        Network network = new Network(post("/region/api/a;b"), (sent, count) -> ok());
        try {
            interceptor.intercept(network);
        } catch (IOException expected) {
            same(network.sent.size(), 0);
            return;
        }
        throw new AssertionError("sent what cannot be signed");
    }

    private static Request post(String target) {
        byte[] body = "{\"city\":\"K\u00f6ln\"}".getBytes(StandardCharsets.UTF_8);
        return new Request.Builder()
                .url(HttpUrl.get("https://host.example" + target))
                .method("POST", RequestBody.create(body, MediaType.get(JSON)))
                .build();
    }

    private static Response ok() {
        return new Response(200, null);
    }

    private static String timeFor(Request sent, SecretKey secret) {
        String text = "latchkey server time\n" + SERVER_SECONDS + "\n" + nonceOf(sent);
        try {
            return SERVER_SECONDS + "; mac=:" + Base64.encode(HmacSecret.mac(secret, text)) + ":";
        } catch (GeneralSecurityException cause) {
            throw new AssertionError(cause);
        }
    }

    private static String nonceOf(Request sent) {
        return sent.header("Signature-Input").replaceAll(".*nonce=\"([^\"]*)\".*", "$1");
    }

    private static byte[] bytesOf(Request sent) throws IOException {
        Buffer buffer = new Buffer();
        sent.body().writeTo(buffer);
        return buffer.readByteArray();
    }

    private static void same(Object actual, Object expected) {
        boolean isSame = expected == null ? actual == null : expected.equals(actual);
        if (!isSame) throw new AssertionError(actual + " is not " + expected);
    }
}
