// Reviewed, not compiled here: see README.md.

import Foundation

/// Sends signed requests, and once more when the service has told its time.
@available(iOS 15.0, macOS 12.0, *)
public final class LatchkeySession: NSObject, URLSessionTaskDelegate {
    private let service: URL
    private let signer: Signer
    private let clock: ServerClock
    private let session: URLSession

    /// - Parameter service: its address, which ends in `/api` behind Hosting
    public init(service: URL, signer: Signer, clock: ServerClock, session: URLSession = .shared) {
        self.service = service
        self.signer = signer
        self.clock = clock
        self.session = session
    }

    public func data(for request: URLRequest) async throws -> (Data, HTTPURLResponse) {
        let (data, response, signed) = try await send(request)
        // Only the answer `clock_skew` has the header: refused before anything was done.
        guard response.statusCode == 401,
              let seconds = signer.serverTime(
                  response.value(forHTTPHeaderField: "Server-Time"), answering: signed)
        else { return (data, response) }
        clock.learn(seconds)
        let (secondData, secondResponse, _) = try await send(request)
        return (secondData, secondResponse)
    }

    private func send(_ request: URLRequest) async throws -> (Data, HTTPURLResponse, Signed) {
        let (signedRequest, signed) = try request.signed(
            by: signer, service: service, created: clock.now())
        let (data, response) = try await session.data(for: signedRequest, delegate: self)
        guard let answer = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
        return (data, answer, signed)
    }

    /// The headers that prove who calls would be sent on to wherever a redirect points.
    public func urlSession(
        _ session: URLSession, task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
