// Reviewed, not compiled here: see README.md.

import Foundation

extension URLRequest {
    /// The request with its signature. Its body must be an `httpBody`: a stream is read only once.
    /// - Parameters:
    ///   - service: its address, which ends in `/api` behind Hosting; no other may be sent the key
    ///   - created: Unix seconds by the server's clock
    public func signed(
        by signer: Signer, service: URL, created: Int64
    ) throws -> (request: URLRequest, signed: Signed) {
        guard let url = url, var parts = URLComponents(url: url, resolvingAgainstBaseURL: true) else {
            throw LatchkeyError.malformed("URL")
        }
        // The question mark of an empty query would be signed as if there were none.
        if parts.percentEncodedQuery == "" { parts.percentEncodedQuery = nil }
        let target = try URLRequest.target(of: parts, below: service)
        let signed = try signer.sign(
            method: httpMethod ?? "GET", target: target, body: try signedBody(), created: created)
        var request = self
        request.url = parts.url
        for (name, value) in signed.headers {
            request.setValue(value, forHTTPHeaderField: name)
        }
        return (request, signed)
    }

    private static func target(of parts: URLComponents, below service: URL) throws -> String {
        guard let address = URLComponents(url: service, resolvingAgainstBaseURL: true) else {
            throw LatchkeyError.malformed("service address")
        }
        let servicePath = address.percentEncodedPath.hasSuffix("/")
            ? String(address.percentEncodedPath.dropLast())
            : address.percentEncodedPath
        guard parts.scheme == address.scheme, parts.host == address.host, parts.port == address.port,
              parts.percentEncodedPath.hasPrefix("\(servicePath)/")
        else { throw LatchkeyError.malformed("URL, which is not below the service's address") }
        let path = String(parts.percentEncodedPath.dropFirst(servicePath.count))
        return parts.percentEncodedQuery.map { "\(path)?\($0)" } ?? path
    }

    /// URLSession would give a body without a type that of a form, which was then not signed.
    private func signedBody() throws -> Body? {
        guard httpBodyStream == nil else { throw LatchkeyError.malformed("body, which is a stream") }
        guard let bytes = httpBody, !bytes.isEmpty else { return nil }
        return try Body(contentType: value(forHTTPHeaderField: "Content-Type") ?? "", bytes: bytes)
    }
}
