// Reviewed, not compiled here: see README.md.

/// An API key, `lk_v{master version}_{key ID}_{MAC}`: public, but sent to the service alone.
public struct APIKey: CustomStringConvertible {
    /// The value of `X-API-Key`.
    public let text: String
    /// Which master secret of the service it belongs to.
    public let masterVersion: Int
    /// 32 hex digits; the one part that may be shown and logged.
    public let keyID: String

    /// - Throws: `LatchkeyError.malformed` for anything but its one accepted form.
    public init(_ text: String) throws {
        let parts = text.utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard parts.count == 4,
              parts[0].elementsEqual("lk".utf8),
              let masterVersion = APIKey.version(in: parts[1].text),
              APIKey.isHexOf16Bytes(parts[2].text),
              APIKey.isHexOf16Bytes(parts[3].text)
        else { throw LatchkeyError.malformed("API key") }
        self.text = text
        self.masterVersion = masterVersion
        self.keyID = parts[2].text
    }

    /// Without the MAC, so that a log never holds a whole key.
    public var description: String {
        "APIKey \(keyID)"
    }

    private static func version(in part: String) -> Int? {
        let digits = part.utf8.dropFirst()
        guard part.utf8.first == UInt8(ascii: "v"),
              (1...9).contains(digits.count),
              digits.first != UInt8(ascii: "0"),
              digits.isMade(of: Characters.digits)
        else { return nil }
        return Int(digits.text)
    }

    private static func isHexOf16Bytes(_ part: String) -> Bool {
        part.utf8.count == 32 && part.utf8.isMade(of: Characters.lowerHex)
    }
}
