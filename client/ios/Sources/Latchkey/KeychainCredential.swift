// Reviewed, not compiled here: see README.md.

import Foundation
import Security

/// Keeps the credential in the Keychain: on this device alone, and readable once it was unlocked after a
/// start, as work in the background needs.
public struct KeychainCredential {
    private struct Kept: Codable {
        let apiKey: String
        let hmacSecret: String
    }

    private let place: [CFString: Any]

    public init(service: String = "latchkey") {
        place = [
            kSecClass: kSecClassGenericPassword,
            kSecAttrService: service,
            kSecAttrAccount: "install",
        ]
    }

    /// Takes what was dropped, before its first use: that is when the service removes the drop.
    public func keep(apiKey: String, hmacSecret: String) throws -> Signer {
        let kept = Kept(apiKey: apiKey, hmacSecret: hmacSecret)
        let signer = try KeychainCredential.signer(from: kept)
        let value: [CFString: Any] = [
            kSecValueData: try JSONEncoder().encode(kept),
            kSecAttrAccessible: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly,
        ]
        // Replaced in one step: an app that is killed now has one or the other.
        var status = SecItemUpdate(place as CFDictionary, value as CFDictionary)
        if status == errSecItemNotFound {
            let item = place.merging(value) { _, new in new }
            status = SecItemAdd(item as CFDictionary, nil)
        }
        guard status == errSecSuccess else { throw LatchkeyError.keychain(status) }
        return signer
    }

    /// Nil when there is none: then register.
    public func read() throws -> Signer? {
        let query = place.merging([kSecReturnData: true]) { _, new in new }
        var found: CFTypeRef?
        let status = SecItemCopyMatching(query as CFDictionary, &found)
        if status == errSecItemNotFound { return nil }
        guard status == errSecSuccess, let data = found as? Data else {
            throw LatchkeyError.keychain(status)
        }
        return try KeychainCredential.signer(from: JSONDecoder().decode(Kept.self, from: data))
    }

    private static func signer(from kept: Kept) throws -> Signer {
        Signer(apiKey: try APIKey(kept.apiKey), secret: try HMACSecret.parse(kept.hmacSecret))
    }
}
