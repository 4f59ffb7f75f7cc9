package dev.latchkey;

import java.util.regex.Pattern;

/** Where an install's secrets are dropped: {@code users/{uid}/{slot}} in the Realtime Database. */
public final class Slot {
    private static final Pattern DEVICE_ID = Pattern.compile("[A-Za-z0-9._:-]{8,128}");

    private Slot() {}

    /**
     * The slot of a device ID: 22 characters.
     *
     * @throws IllegalArgumentException for a device ID that the service would refuse
     */
    public static String of(String deviceId) {
        if (!DEVICE_ID.matcher(deviceId).matches()) {
            throw new IllegalArgumentException("a device ID is 8 to 128 of A-Z a-z 0-9 . _ : -");
        }
        return Base64.encodeUrl(Sha256.of(Ascii.bytes(deviceId))).substring(0, 22);
    }
}
