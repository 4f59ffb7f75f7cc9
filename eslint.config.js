import tseslint from 'typescript-eslint'

/** Imports point one way: protocol <- functions, client; rtdb imports none of them. */
const noImport = (files, group, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
})

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      '**/lib/',
      '**/dist/',
      'coverage/',
      '.local/',
      '.cache/',
      'web/public/demo.js',
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      eqeqeq: 'error',
      'prefer-const': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  noImport(
    ['protocol/**'],
    ['node:*', 'firebase*', '**/functions/**', '**/rtdb/**'],
    'protocol is runtime-neutral: no Node, no Firebase.',
  ),
  noImport(
    ['client/src/**'],
    ['node:*', '**/functions/**', '**/rtdb/**'],
    'client runs in browsers and in React Native, and knows the protocol alone.',
  ),
  noImport(
    ['web/src/**'],
    ['node:*', '**/functions/**', '**/rtdb/**', '**/scripts/**'],
    'the page runs in browsers, and knows the SDK and the protocol, as an app does.',
  ),
  noImport(
    ['rtdb/**'],
    ['@latchkey/*', '**/functions/**', '**/protocol/**', 'firebase*'],
    'rtdb stands alone.',
  ),
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
)
