// Reviewed, not compiled here: see README.md.

/// What cannot be signed, kept or believed. The values themselves are in no error: errors end in logs.
public enum LatchkeyError: Error, Equatable {
    case malformed(String)
    case keychain(Int32)
}
