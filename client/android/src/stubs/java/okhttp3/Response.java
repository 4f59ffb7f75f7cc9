// A stand-in with what the examples use, to compile and run them without the library.
package okhttp3;

import java.io.Closeable;

/** An answer as a test makes it; the real one has a builder. */
public final class Response implements Closeable {
    private final int code;
    private final String serverTime;
    private boolean isClosed;

    public Response(int code, String serverTime) {
        this.code = code;
        this.serverTime = serverTime;
    }

    public int code() {
        return code;
    }

    public String header(String name) {
        return name.equals("Server-Time") ? serverTime : null;
    }

    @Override
    public void close() {
        isClosed = true;
    }

    public boolean isClosed() {
        return isClosed;
    }
}
