// swift-tools-version:5.5
// Reviewed, not compiled here: see README.md.

import PackageDescription

let package = Package(
    name: "Latchkey",
    platforms: [.iOS(.v13), .macOS(.v10_15)],
    products: [.library(name: "Latchkey", targets: ["Latchkey"])],
    targets: [
        .target(name: "Latchkey"),
        .testTarget(name: "LatchkeyTests", dependencies: ["Latchkey"]),
    ]
)
