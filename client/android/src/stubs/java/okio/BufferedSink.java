// A stand-in with what the examples use, to compile and run them without the library.
package okio;

public interface BufferedSink {
    BufferedSink write(byte[] bytes);
}
