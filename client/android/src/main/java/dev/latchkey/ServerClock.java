package dev.latchkey;

/** The server's time by the device's clock and what the server has told. Safe for several threads. */
public final class ServerClock {
    /** Unix milliseconds; its own type, because the ones of Java need Android 7 or 8. */
    public interface DeviceClock {
        long nowMillis();
    }

    private final DeviceClock device;
    private volatile long offsetSeconds;

    /** @param offsetSeconds as it was last kept, or 0 */
    public ServerClock(DeviceClock device, long offsetSeconds) {
        this.device = device;
        this.offsetSeconds = offsetSeconds;
    }

    /** Unix seconds. */
    public long nowSeconds() {
        return deviceSeconds() + offsetSeconds;
    }

    /** @param serverSeconds from {@link Signer#readServerTime}, and from nowhere else */
    public void learn(long serverSeconds) {
        offsetSeconds = serverSeconds - deviceSeconds();
    }

    /** To be kept, so that the next start needs no second lesson. */
    public long offsetSeconds() {
        return offsetSeconds;
    }

    private long deviceSeconds() {
        return device.nowMillis() / 1000;
    }
}
