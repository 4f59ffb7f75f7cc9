// Reviewed, not compiled here: see README.md.

import Foundation

/// The server's time by the device's clock and what the server has told. Safe for several threads.
public final class ServerClock {
    private let device: () -> Date
    private let lock = NSLock()
    private var offset: Int64

    /// - Parameter offsetSeconds: as it was last kept, or 0
    public init(offsetSeconds: Int64 = 0, device: @escaping () -> Date = { Date() }) {
        self.offset = offsetSeconds
        self.device = device
    }

    /// Unix seconds.
    public func now() -> Int64 {
        deviceSeconds() + offsetSeconds
    }

    /// - Parameter serverSeconds: from `Signer.serverTime`, and from nowhere else
    public func learn(_ serverSeconds: Int64) {
        lock.lock()
        defer { lock.unlock() }
        offset = serverSeconds - deviceSeconds()
    }

    /// To be kept, so that the next start needs no second lesson.
    public var offsetSeconds: Int64 {
        lock.lock()
        defer { lock.unlock() }
        return offset
    }

    private func deviceSeconds() -> Int64 {
        Int64(device().timeIntervalSince1970.rounded(.down))
    }
}
