// Reviewed, not compiled here: see README.md.

import CryptoKit
import Foundation

/// RFC 9530 section 2.
public enum ContentDigest {
    /// The value of `Content-Digest`, over the very bytes that are sent.
    public static func of(_ body: Data) -> String {
        "sha-256=:\(Data(SHA256.hash(data: body)).base64EncodedString()):"
    }
}
