// Reviewed, not compiled here: see README.md.

import CryptoKit
import Foundation

/// The HMAC secret of an install, as it is dropped: base64url of 32 bytes.
public enum HMACSecret {
    /// - Throws: `LatchkeyError.malformed` for anything else.
    public static func parse(_ text: String) throws -> SymmetricKey {
        guard text.utf8.count == 43, let bytes = Base64URL.decode(text) else {
            throw LatchkeyError.malformed("HMAC secret")
        }
        return SymmetricKey(data: bytes)
    }
}
