// Reviewed, not compiled here: see README.md.

import CryptoKit
import Foundation

/// The server's clock as it is told to an app whose own is wrong. It is believed only with the MAC under
/// this install's own secret and over the nonce of the very request: nobody on the way, and no recorded
/// answer, can make the app sign for another time.
enum ServerTime {
    static func read(_ header: String?, nonce: String, secret: SymmetricKey) -> Int64? {
        let bytes = Array((header ?? "").utf8)
        let digits = bytes.prefix { $0 != UInt8(ascii: ";") }
        guard (1...12).contains(digits.count),
              digits.first != UInt8(ascii: "0"),
              digits.isMade(of: Characters.digits),
              let seconds = Int64(digits.text),
              let mac = readMAC(bytes.dropFirst(digits.count))
        else { return nil }
        let text = Data("latchkey server time\n\(seconds)\n\(nonce)".utf8)
        // In constant time.
        let isGenuine = HMAC<SHA256>.isValidAuthenticationCode(mac, authenticating: text, using: secret)
        return isGenuine ? seconds : nil
    }

    /// The 32 bytes in `; mac=:…:`, in their one accepted text.
    private static func readMAC(_ rest: ArraySlice<UInt8>) -> Data? {
        let digits = rest.dropFirst("; mac=:".utf8.count).dropLast()
        guard let mac = Data(base64Encoded: Data(digits)), mac.count == 32,
              "; mac=:\(mac.base64EncodedString()):".utf8.elementsEqual(rest)
        else { return nil }
        return mac
    }
}
