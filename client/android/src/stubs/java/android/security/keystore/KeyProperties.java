// A stand-in with what the examples use, to compile and run them without the library.
package android.security.keystore;

public final class KeyProperties {
    public static final int PURPOSE_SIGN = 4;

    private KeyProperties() {}
}
