/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // The default replaces properties of globals that a test file leaves behind; a late write to one of them then recurses for ever.
  testEnvironmentOptions: { globalsCleanup: 'off' },
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic', importSource: 'preact' } },
          target: 'es2023',
        },
        module: { type: 'es6' },
      },
    ],
  },
  // With --coverage, which takes half as much time again. V8's own, because it measures the sources as they run; the processes that
  // tests start are not in it. `npm run coverage` measures what has a threshold.
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.{ts,tsx}'],
  coverageReporters: ['text'],
  coverageThreshold: { './src/pipeline/': { branches: 100 } },
  // Two cores: more workers only take turns, and each may run a database of its own.
  maxWorkers: 2,
  // The slowest tests start real processes and databases on shared machines.
  testTimeout: 300_000,
  workerIdleMemoryLimit: '512MB',
};
