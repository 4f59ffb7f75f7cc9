// A stand-in with what the examples use, to compile and run them without the library.
package android.security.keystore;

import java.security.KeyStore;

public final class KeyProtection implements KeyStore.ProtectionParameter {
    private KeyProtection() {}

    public static final class Builder {
        public Builder(int purposes) {}

        public KeyProtection build() {
            return new KeyProtection();
        }
    }
}
