// Jest's 5 s are for a machine that does nothing else. A test that hangs still fails, only later; what
// must be quick is asserted where it must be.
jest.setTimeout(60_000)
