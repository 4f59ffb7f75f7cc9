// Reviewed, not compiled here: see README.md.

/// A request's target as it is signed: RFC 9421 sections 2.2.6 and 2.2.7.
public struct Target {
    /// The value of `@path`.
    public let path: String
    /// The value of `@query`: with its question mark, which is all of it when there is none.
    public let query: String

    private static let bytesMax = 2048
    private static let prefix = "/api"

    /// RFC 3986 path characters without the semicolon.
    private static let pathCharacters =
        Characters.letters + Characters.digits + "/._~!$&'()*+,=:@%-"

    /// - Parameter text: path and query below the service's address, exactly as they are sent; the `/api`
    ///   may be missing, and is then added
    /// - Throws: `LatchkeyError.malformed` for what two programs on the way could read differently
    public init(_ text: String) throws {
        let bytes = Array(text.utf8)
        let mark = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
        let path = bytes[..<mark]
        let query = bytes[mark...]
        guard bytes.count <= Target.bytesMax,
              Target.isUnambiguous(path: path),
              query.isEmpty || Target.isUnambiguous(query: query.dropFirst())
        else { throw LatchkeyError.malformed("path or query") }
        let sent = path.text
        // Behind Hosting a path has the prefix, at the function's own address not: both sign the same.
        let hasPrefix = sent == Target.prefix || sent.hasPrefix("\(Target.prefix)/")
        self.path = hasPrefix ? sent : Target.prefix + sent
        self.query = query.isEmpty ? "?" : query.text
    }

    private static func isUnambiguous(path: ArraySlice<UInt8>) -> Bool {
        guard path.first == UInt8(ascii: "/"), path.isMade(of: pathCharacters) else { return false }
        let segments = path.dropFirst()
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { $0.text }
        // What one server drops, merges or climbs, another serves.
        let hasEmptyOne = segments.dropLast().contains("")
        let hasDots = segments.contains(".") || segments.contains("..")
        return !hasEmptyOne && !hasDots && segments.allSatisfy(hasGoodEscapes)
    }

    /// Visible ASCII but for the fragment's mark. Never empty: a lone question mark would be signed as if
    /// there were no query.
    private static func isUnambiguous(query: ArraySlice<UInt8>) -> Bool {
        !query.isEmpty && query.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "#") }
    }

    /// Two digits behind each percent sign, and never a control character, dot, slash, semicolon or
    /// backslash.
    private static func hasGoodEscapes(_ segment: String) -> Bool {
        let pieces = segment.utf8.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false)
        return pieces.dropFirst().allSatisfy { piece in
            let digits = piece.prefix(2)
            guard digits.count == 2, digits.isMade(of: Characters.hex),
                  let byte = UInt8(digits.text, radix: 16)
            else { return false }
            return byte > 0x1f && ![0x2e, 0x2f, 0x3b, 0x5c, 0x7f].contains(byte)
        }
    }
}
