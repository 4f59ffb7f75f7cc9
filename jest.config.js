// Jest runs CommonJS: swc turns our modules and these ESM-only packages into it.
const esmOnly = [
  'uuid',
  'otplib',
  '@otplib',
  '@noble',
  '@scure',
  'http-message-sig',
  'structured-headers',
  'lru-cache',
  'marked',
  'jose',
  '@sparticuz/chromium',
]

const swc = [
  '@swc/jest',
  {
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  },
]

/** One project a kind of test, so that `npm test -- unit` runs one of them. */
const project = (displayName, testMatch, more = {}) => ({
  displayName,
  testMatch: testMatch.map((glob) => `<rootDir>/${glob}`),
  testEnvironment: 'node',
  // `testTimeout` of a project is not heard.
  setupFilesAfterEnv: ['<rootDir>/test/timeout.ts'],
  // A built package would be there twice.
  modulePathIgnorePatterns: ['<rootDir>/rtdb/dist/', '<rootDir>/client/dist/'],
  transform: { '\\.(ts|js|mjs)$': swc },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
  ...more,
})

export default {
  projects: [
    project('unit', [
      'test/{protocol,functions,client,rtdb,scripts,docs,openapi,web}/**/*.test.ts',
    ]),
    project('rules', ['test/rules/**/*.test.ts']),
    project('e2e', ['test/e2e/**/*.test.ts'], {
      // Everything is started once for the whole run, and only if one of these tests is in it.
      globalSetup: '<rootDir>/test/e2e/harness/globalSetup.ts',
      globalTeardown: '<rootDir>/test/e2e/harness/globalTeardown.ts',
      setupFilesAfterEnv: [
        '<rootDir>/test/timeout.ts',
        '<rootDir>/test/e2e/harness/conformance.ts',
      ],
    }),
  ],
}
