// Reviewed, not compiled here: see README.md.

import CryptoKit
import Foundation
import XCTest

@testable import Latchkey

/// The project's vectors (docs/vectors.md), by which every signer is judged.
final class VectorTests: XCTestCase {
    private struct Credential: Decodable {
        let apiKey: String
        let hmacSecret: String
    }

    private func load<File: Decodable>(_ type: File.Type, _ name: String) throws -> File {
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 1...5 { folder.deleteLastPathComponent() }
        let file = folder.appendingPathComponent("test/vectors/\(name)")
        return try JSONDecoder().decode(type, from: Data(contentsOf: file))
    }

    private func bytes(hex: String) -> Data {
        let digits = Array(hex)
        return Data(stride(from: 0, to: digits.count, by: 2).map { at in
            UInt8(String(digits[at...at + 1]), radix: 16)!
        })
    }

    func testHMAC() throws {
        struct Case: Decodable { let keyHex, dataHex, macHex: String }
        struct File: Decodable { let cases: [Case] }
        for vector in try load(File.self, "rfc4231-4.json").cases {
            let key = SymmetricKey(data: bytes(hex: vector.keyHex))
            let mac = HMAC<SHA256>.authenticationCode(for: bytes(hex: vector.dataHex), using: key)
            XCTAssertEqual(Data(mac), bytes(hex: vector.macHex))
        }
    }

    func testCredentials() throws {
        struct Key: Decodable { let apiKey, keyId: String, masterVersion: Int }
        struct RefusedKey: Decodable { let title, apiKey: String }
        struct Keys: Decodable { let accepted: [Key], refused: [RefusedKey] }
        struct Secret: Decodable { let hmacSecret, hex: String }
        struct RefusedSecret: Decodable { let title, hmacSecret: String }
        struct Secrets: Decodable { let accepted: [Secret], refused: [RefusedSecret] }
        struct File: Decodable { let apiKeys: Keys, hmacSecrets: Secrets }
        let file = try load(File.self, "api-key.json")
        for vector in file.apiKeys.accepted {
            let key = try APIKey(vector.apiKey)
            XCTAssertEqual(key.keyID, vector.keyId)
            XCTAssertEqual(key.masterVersion, vector.masterVersion)
        }
        for vector in file.apiKeys.refused {
            XCTAssertThrowsError(try APIKey(vector.apiKey), vector.title)
        }
        for vector in file.hmacSecrets.accepted {
            let key = try HMACSecret.parse(vector.hmacSecret)
            XCTAssertEqual(key.withUnsafeBytes { Data($0) }, bytes(hex: vector.hex))
        }
        for vector in file.hmacSecrets.refused {
            XCTAssertThrowsError(try HMACSecret.parse(vector.hmacSecret), vector.title)
        }
    }

    func testSlots() throws {
        struct Case: Decodable { let deviceId, slot: String }
        struct Refused: Decodable { let title, deviceId: String }
        struct File: Decodable { let accepted: [Case], refused: [Refused] }
        let file = try load(File.self, "slot.json")
        for vector in file.accepted {
            XCTAssertEqual(try Slot.of(vector.deviceId), vector.slot)
        }
        for vector in file.refused {
            XCTAssertThrowsError(try Slot.of(vector.deviceId), vector.title)
        }
    }

    func testDigests() throws {
        struct Case: Decodable { let title, bodyHex, contentDigest: String, bodyText: String? }
        struct File: Decodable { let cases: [Case] }
        struct Example: Decodable { let title, body, contentDigest: String }
        for example in try load([Example].self, "rfc9530-b.json") {
            XCTAssertEqual(ContentDigest.of(Data(example.body.utf8)), example.contentDigest)
        }
        for vector in try load(File.self, "content-digest.json").cases {
            let body = bytes(hex: vector.bodyHex)
            XCTAssertEqual(ContentDigest.of(body), vector.contentDigest, vector.title)
            if let text = vector.bodyText { XCTAssertEqual(Data(text.utf8), body, vector.title) }
        }
    }

    func testTargets() throws {
        struct Case: Decodable { let title, target, path, query: String }
        struct Refused: Decodable { let title, target: String }
        struct File: Decodable { let accepted: [Case], refused: [Refused] }
        let file = try load(File.self, "target.json")
        for vector in file.accepted {
            let target = try Target(vector.target)
            XCTAssertEqual(target.path, vector.path, vector.title)
            XCTAssertEqual(target.query, vector.query, vector.title)
        }
        for vector in file.refused {
            XCTAssertThrowsError(try Target(vector.target), vector.title)
        }
    }

    func testRequests() throws {
        struct Case: Decodable {
            let title, method, target, nonce: String
            let created: Int64
            let contentType, bodyHex: String?
            let signatureBase: [String]
            let headers: [String: String]
        }
        struct File: Decodable { let credential: Credential, requests: [Case] }
        let file = try load(File.self, "signed-requests.json")
        let signer = Signer(
            apiKey: try APIKey(file.credential.apiKey),
            secret: try HMACSecret.parse(file.credential.hmacSecret))
        for vector in file.requests {
            let body = try vector.bodyHex.map {
                try Body(contentType: vector.contentType ?? "", bytes: bytes(hex: $0))
            }
            let signed = try signer.sign(
                method: vector.method, target: vector.target, body: body,
                created: vector.created, nonce: vector.nonce)
            XCTAssertEqual(signed.base.components(separatedBy: "\n"), vector.signatureBase)
            XCTAssertEqual(signed.headers, vector.headers, vector.title)
        }
    }

    func testServerTimes() throws {
        struct Case: Decodable { let title, header, nonce: String, unixSeconds: Int64 }
        struct Refused: Decodable { let title, header, nonce: String }
        struct File: Decodable { let credential: Credential, accepted: [Case], refused: [Refused] }
        let file = try load(File.self, "server-time.json")
        let secret = try HMACSecret.parse(file.credential.hmacSecret)
        for vector in file.accepted {
            let seconds = ServerTime.read(vector.header, nonce: vector.nonce, secret: secret)
            XCTAssertEqual(seconds, vector.unixSeconds, vector.title)
        }
        for vector in file.refused {
            XCTAssertNil(
                ServerTime.read(vector.header, nonce: vector.nonce, secret: secret), vector.title)
        }
    }

    /// Sent to a whole service by the project's own tests; here, what it tells of its time is believed.
    func testTimesToldToSkewedRequests() throws {
        struct Good: Decodable { let headers: [String: String] }
        struct Case: Decodable { let title: String, serverTime: String?, serverSeconds: Int64? }
        struct File: Decodable {
            let credential: Credential
            let serverSeconds: Int64
            let good: Good
            let refused: [Case]
        }
        let file = try load(File.self, "variants.json")
        let secret = try HMACSecret.parse(file.credential.hmacSecret)
        let input = try XCTUnwrap(file.good.headers["Signature-Input"])
        let nonce = input.components(separatedBy: "nonce=\"")[1].components(separatedBy: "\"")[0]
        for vector in file.refused where vector.serverTime != nil {
            let seconds = ServerTime.read(vector.serverTime, nonce: nonce, secret: secret)
            XCTAssertEqual(seconds, vector.serverSeconds ?? file.serverSeconds, vector.title)
        }
    }
}
