package dev.latchkey.example;

import dev.latchkey.Body;
import dev.latchkey.ServerClock;
import dev.latchkey.Signed;
import dev.latchkey.Signer;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Map;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;

/**
 * For OkHttp 4 and later: signs every call to the service, and sends it once more when the service has
 * told its time. Add it as the last application interceptor, for what is changed behind it is no longer
 * what was signed, and let no redirect be followed, or the signed headers would be sent on to wherever it
 * points:
 *
 * <pre>
 * new OkHttpClient.Builder()
 *     .followRedirects(false)
 *     .retryOnConnectionFailure(false) // a nonce is good once: the repeat would be refused
 *     .addInterceptor(new LatchkeyInterceptor(HttpUrl.get("https://example.com/api"), signer, clock))
 *     .build();
 * </pre>
 */
public final class LatchkeyInterceptor implements Interceptor {
    private final HttpUrl service;
    private final String servicePath;
    private final Signer signer;
    private final ServerClock clock;

    /** @param service its address, which ends in {@code /api} behind Hosting */
    public LatchkeyInterceptor(HttpUrl service, Signer signer, ServerClock clock) {
        this.service = service;
        this.servicePath = service.encodedPath().replaceAll("/+$", "");
        this.signer = signer;
        this.clock = clock;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        // Another host must never see the API key, nor a signature.
        if (!isForService(chain.request().url())) return chain.proceed(chain.request());
        Request request = prepare(chain.request());
        byte[] bytes = bytesOf(request.body());

        Signed signed = sign(request, bytes);
        Response response = chain.proceed(withSignature(request, bytes, signed));
        long serverSeconds = readServerTime(response, signed);
        if (serverSeconds < 0) return response;

        // Refused before anything was done, so it can be sent again: once, whatever the second answer.
        response.close();
        clock.learn(serverSeconds);
        return chain.proceed(withSignature(request, bytes, sign(request, bytes)));
    }

    private boolean isForService(HttpUrl url) {
        return url.scheme().equals(service.scheme())
                && url.host().equals(service.host())
                && url.port() == service.port()
                && url.encodedPath().startsWith(servicePath + "/");
    }

    /** Without the question mark of an empty query, which would be signed as if there were none. */
    private static Request prepare(Request request) {
        HttpUrl url = request.url();
        if (url.encodedQuery() == null || !url.encodedQuery().isEmpty()) return request;
        return request.newBuilder().url(url.newBuilder().query(null).build()).build();
    }

    /** Read once, and then sent from here: what is signed is what is sent. */
    private static byte[] bytesOf(RequestBody body) throws IOException {
        Buffer buffer = new Buffer();
        if (body != null) body.writeTo(buffer);
        return buffer.readByteArray();
    }

    private Signed sign(Request request, byte[] bytes) throws IOException {
        HttpUrl url = request.url();
        String path = url.encodedPath().substring(servicePath.length());
        String query = url.encodedQuery();
        String target = query == null ? path : path + "?" + query;
        try {
            Body body = bytes.length == 0 ? null : Body.of(typeOf(request.body()), bytes);
            return signer.sign(request.method(), target, body, clock.nowSeconds());
        } catch (GeneralSecurityException | IllegalArgumentException cause) {
            // What an interceptor throws besides this ends the app.
            throw new IOException("the request cannot be signed", cause);
        }
    }

    /** To the letter: OkHttp sends the body's own type, and adds a charset to that of a text. */
    private static String typeOf(RequestBody body) {
        return body.contentType() == null ? null : body.contentType().toString();
    }

    private static Request withSignature(Request request, byte[] bytes, Signed signed) {
        Request.Builder builder = request.newBuilder();
        for (Map.Entry<String, String> header : signed.headers().entrySet()) {
            builder.header(header.getKey(), header.getValue());
        }
        RequestBody body = request.body();
        if (body != null) {
            builder.method(request.method(), RequestBody.create(bytes, body.contentType()));
        }
        return builder.build();
    }

    /** -1 for every answer but {@code clock_skew}, the only one that has the header, and a genuine one. */
    private long readServerTime(Response response, Signed signed) throws IOException {
        if (response.code() != 401) return -1;
        try {
            return signer.readServerTime(response.header("Server-Time"), signed);
        } catch (GeneralSecurityException cause) {
            throw new IOException("the key cannot be used", cause);
        }
    }
}
