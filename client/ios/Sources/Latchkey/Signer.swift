// Reviewed, not compiled here: see README.md.

import CryptoKit
import Foundation

/// What a signature adds to a request.
public struct Signed {
    /// To be sent, each instead of any other of its name.
    public let headers: [String: String]
    let nonce: String
    /// The text that was signed: to be compared when a signature is refused. It holds the API key.
    let base: String
}

/// Signs requests with the credential of this install.
public struct Signer {
    private static let label = "lk"
    private let apiKey: APIKey
    private let secret: SymmetricKey

    public init(apiKey: APIKey, secret: SymmetricKey) {
        self.apiKey = apiKey
        self.secret = secret
    }

    /// Signs a request under a fresh nonce; the result is good for one sending.
    /// - Parameters:
    ///   - method: upper case
    ///   - target: path and query as they are sent, below the service's address: `/api/login`
    ///   - created: Unix seconds by the server's clock: `ServerClock.now()`
    public func sign(method: String, target: String, body: Body?, created: Int64) throws -> Signed {
        // 128 bits from the system's generator, as 22 characters.
        let random = SymmetricKey(size: .bits128).withUnsafeBytes { Data($0) }
        let nonce = Base64URL.encode(random)
        return try sign(method: method, target: target, body: body, created: created, nonce: nonce)
    }

    /// The same under a given nonce: for the vectors. A nonce that is used twice is refused.
    func sign(
        method: String, target: String, body: Body?, created: Int64, nonce: String
    ) throws -> Signed {
        guard (1...16).contains(method.utf8.count),
              method.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
        else { throw LatchkeyError.malformed("method") }
        guard (0..<1_000_000_000_000).contains(created) else { throw LatchkeyError.malformed("time") }
        guard (16...64).contains(nonce.utf8.count), nonce.utf8.isMade(of: Characters.base64URL) else {
            throw LatchkeyError.malformed("nonce")
        }
        let base = SignatureBase(
            method: method, target: try Target(target), apiKey: apiKey, body: body,
            created: created, nonce: nonce)
        let mac = HMAC<SHA256>.authenticationCode(for: Data(base.text.utf8), using: secret)
        var headers = [
            "X-API-Key": apiKey.text,
            "Signature-Input": "\(Signer.label)=\(base.params)",
            "Signature": "\(Signer.label)=:\(Data(mac).base64EncodedString()):",
        ]
        headers["Content-Type"] = body?.contentType
        headers["Content-Digest"] = body?.contentDigest
        return Signed(headers: headers, nonce: nonce, base: base.text)
    }

    /// The server's time in Unix seconds from the answer `clock_skew`, or nil when it must not be
    /// believed: see `ServerTime`.
    /// - Parameters:
    ///   - header: the value of `Server-Time`
    ///   - signed: the request that was answered
    public func serverTime(_ header: String?, answering signed: Signed) -> Int64? {
        ServerTime.read(header, nonce: signed.nonce, secret: secret)
    }
}
