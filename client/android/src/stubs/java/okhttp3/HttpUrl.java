// A stand-in with what the examples use, to compile and run them without the library.
package okhttp3;

import java.net.URI;

public final class HttpUrl {
    private final URI uri;

    private HttpUrl(URI uri) {
        this.uri = uri;
    }

    public static HttpUrl get(String text) {
        return new HttpUrl(URI.create(text));
    }

    public String scheme() {
        return uri.getScheme();
    }

    public String host() {
        return uri.getHost();
    }

    public int port() {
        return uri.getPort() >= 0 ? uri.getPort() : scheme().equals("https") ? 443 : 80;
    }

    public String encodedPath() {
        return uri.getRawPath();
    }

    public String encodedQuery() {
        return uri.getRawQuery();
    }

    public Builder newBuilder() {
        return new Builder(uri.toString());
    }

    @Override
    public String toString() {
        return uri.toString();
    }

    public static final class Builder {
        private String text;

        private Builder(String text) {
            this.text = text;
        }

        /** Of the real one's values only null, which removes the query. */
        public Builder query(String query) {
            if (query != null) throw new UnsupportedOperationException();
            int mark = text.indexOf('?');
            if (mark >= 0) text = text.substring(0, mark);
            return this;
        }

        public HttpUrl build() {
            return get(text);
        }
    }
}
