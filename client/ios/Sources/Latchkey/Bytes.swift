// Reviewed, not compiled here: see README.md.

/// Texts are judged by their bytes: Swift compares them by what they look like, and takes the Kelvin sign
/// (U+212A) for a K.
extension Collection where Element == UInt8 {
    func isMade(of characters: String) -> Bool {
        allSatisfy { characters.utf8.contains($0) }
    }

    /// Only for what has been found to be ASCII.
    var text: String {
        String(decoding: self, as: UTF8.self)
    }
}

enum Characters {
    static let digits = "0123456789"
    static let lowerHex = "0123456789abcdef"
    static let hex = "0123456789abcdefABCDEF"
    static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    static let base64URL = letters + digits + "-_"
}
