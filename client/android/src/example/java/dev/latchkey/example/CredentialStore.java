package dev.latchkey.example;

import android.content.SharedPreferences;
import android.security.keystore.KeyProperties;
import android.security.keystore.KeyProtection;
import dev.latchkey.ApiKey;
import dev.latchkey.HmacSecret;
import dev.latchkey.Signer;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.crypto.SecretKey;

/**
 * Keeps the credential: the API key in the app's private preferences, the HMAC secret in the Android
 * Keystore (Android 6, API 23), from which no code can read it again, this one included.
 */
public final class CredentialStore {
    private static final String KEYSTORE = "AndroidKeyStore";
    private static final String API_KEY = "latchkey.apiKey";
    private static final String ALIAS = "latchkey.";

    private final SharedPreferences preferences;

    /** @param preferences private ones that are excluded from backup: a Keystore is in none */
    public CredentialStore(SharedPreferences preferences) {
        this.preferences = preferences;
    }

    /**
     * Takes what was dropped, before its first use: that is when the service removes the drop.
     *
     * @param apiKey {@code apiKey} of the drop
     * @param hmacSecret {@code hmacSecret} of the drop
     */
    public Signer keep(String apiKey, String hmacSecret)
            throws GeneralSecurityException, IOException {
        ApiKey key = ApiKey.parse(apiKey);
        KeyStore.SecretKeyEntry secret = new KeyStore.SecretKeyEntry(HmacSecret.parse(hmacSecret));
        keystore().setEntry(
                ALIAS + key.keyId(),
                secret,
                new KeyProtection.Builder(KeyProperties.PURPOSE_SIGN).build());
        // By commit, which waits: an app that is killed now must find its key again.
        if (!preferences.edit().putString(API_KEY, apiKey).commit()) {
            throw new IOException("the API key cannot be kept");
        }
        return read();
    }

    /** Null when there is none, or when its secret is gone, as after a restore: then register anew. */
    public Signer read() throws GeneralSecurityException, IOException {
        String text = preferences.getString(API_KEY, null);
        if (text == null) return null;
        ApiKey key = ApiKey.parse(text);
        SecretKey secret = (SecretKey) keystore().getKey(ALIAS + key.keyId(), null);
        return secret == null ? null : new Signer(key, secret);
    }

    private static KeyStore keystore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KEYSTORE);
        store.load(null);
        return store;
    }
}
