// A stand-in with what the examples use, to compile and run them without the library.
package okhttp3;

import java.io.IOException;
import okio.BufferedSink;

public abstract class RequestBody {
    public abstract MediaType contentType();

    public abstract void writeTo(BufferedSink sink) throws IOException;

    public static RequestBody create(byte[] bytes, MediaType type) {
        return new RequestBody() {
            @Override
            public MediaType contentType() {
                return type;
            }

            @Override
            public void writeTo(BufferedSink sink) {
                sink.write(bytes);
            }
        };
    }
}
