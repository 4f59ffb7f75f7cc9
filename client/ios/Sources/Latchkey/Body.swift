// Reviewed, not compiled here: see README.md.

import Foundation

/// What a request carries: its media type as it is sent, to the letter, and the digest of its bytes.
public struct Body {
    let contentType: String
    let contentDigest: String

    /// - Parameter bytes: at least one; a request with an empty body is one without
    /// - Throws: `LatchkeyError.malformed` for a media type that is not printable ASCII
    public init(contentType: String, bytes: Data) throws {
        let type = contentType.utf8
        guard !bytes.isEmpty else { throw LatchkeyError.malformed("empty body") }
        guard (1...256).contains(type.count), type.allSatisfy({ (0x20...0x7e).contains($0) }) else {
            throw LatchkeyError.malformed("Content-Type")
        }
        self.contentType = contentType
        self.contentDigest = ContentDigest.of(bytes)
    }
}
