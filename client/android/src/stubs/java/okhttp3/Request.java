// A stand-in with what the examples use, to compile and run them without the library.
package okhttp3;

import java.util.Map;
import java.util.TreeMap;

public final class Request {
    private final HttpUrl url;
    private final String method;
    private final RequestBody body;
    private final Map<String, String> headers;

    private Request(Builder builder) {
        url = builder.url;
        method = builder.method;
        body = builder.body;
        headers = builder.headers;
    }

    public HttpUrl url() {
        return url;
    }

    public String method() {
        return method;
    }

    public RequestBody body() {
        return body;
    }

    public String header(String name) {
        return headers.get(name);
    }

    public Builder newBuilder() {
        Builder builder = new Builder().url(url).method(method, body);
        builder.headers.putAll(headers);
        return builder;
    }

    public static final class Builder {
        private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        private HttpUrl url;
        private String method = "GET";
        private RequestBody body;

        public Builder url(HttpUrl url) {
            this.url = url;
            return this;
        }

        public Builder method(String method, RequestBody body) {
            this.method = method;
            this.body = body;
            return this;
        }

        public Builder header(String name, String value) {
            headers.put(name, value);
            return this;
        }

        public Request build() {
            return new Request(this);
        }
    }
}
