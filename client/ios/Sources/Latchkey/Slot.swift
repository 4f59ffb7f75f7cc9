// Reviewed, not compiled here: see README.md.

import CryptoKit
import Foundation

/// Where an install's secrets are dropped: `users/{uid}/{slot}` in the Realtime Database.
public enum Slot {
    /// - Parameter deviceID: 8 to 128 of `A-Z a-z 0-9 . _ : -`
    /// - Returns: 22 characters
    public static func of(_ deviceID: String) throws -> String {
        guard (8...128).contains(deviceID.utf8.count),
              deviceID.utf8.isMade(of: Characters.letters + Characters.digits + "._:-")
        else { throw LatchkeyError.malformed("device ID") }
        let digest = SHA256.hash(data: Data(deviceID.utf8))
        return String(Base64URL.encode(Data(digest)).prefix(22))
    }
}
