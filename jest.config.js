/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } },
    ],
  },
  // Two cores: more workers only take turns, and each may run a database of its own.
  maxWorkers: 2,
  // The slowest tests start real processes and databases on shared machines.
  testTimeout: 120_000,
  workerIdleMemoryLimit: '512MB',
};
