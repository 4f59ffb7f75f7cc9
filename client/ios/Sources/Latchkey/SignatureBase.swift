// Reviewed, not compiled here: see README.md.

/// The text that is signed, RFC 9421 section 2.5, and the parameters that are its last line.
struct SignatureBase {
    /// The value of `Signature-Input` behind its label.
    let params: String
    /// ASCII; what the MAC is over.
    let text: String

    init(method: String, target: Target, apiKey: APIKey, body: Body?, created: Int64, nonce: String) {
        var components = [
            ("@method", method),
            ("@path", target.path),
            ("@query", target.query),
            ("x-api-key", apiKey.text),
        ]
        if let body = body {
            components.append(("content-type", body.contentType))
            components.append(("content-digest", body.contentDigest))
        }
        let names = components.map { name, _ in "\"\(name)\"" }.joined(separator: " ")
        let params = "(\(names));created=\(created);nonce=\"\(nonce)\";keyid=\"\(apiKey.keyID)\""
            + ";alg=\"hmac-sha256\";tag=\"latchkey\""
        let lines = components.map { name, value in "\"\(name)\": \(value)" }
        self.params = params
        self.text = (lines + ["\"@signature-params\": \(params)"]).joined(separator: "\n")
    }
}
