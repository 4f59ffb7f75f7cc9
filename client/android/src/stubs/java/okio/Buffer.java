// A stand-in with what the examples use, to compile and run them without the library.
package okio;

import java.io.ByteArrayOutputStream;

public final class Buffer implements BufferedSink {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @Override
    public Buffer write(byte[] bytes) {
        written.write(bytes, 0, bytes.length);
        return this;
    }

    public byte[] readByteArray() {
        return written.toByteArray();
    }
}
