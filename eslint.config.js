import js from '@eslint/js';
import jest from 'eslint-plugin-jest';
import tseslint from 'typescript-eslint';
import { plainEnglish } from './scripts/plain-english.js';

export default tseslint.config(
  {
    ignores: [
      'dist/',
      // AssemblyScript, which only its own compiler understands.
      'src/kernel/assembly/',
      'coverage/',
      'node_modules/',
      'website/build/',
      'website/.docusaurus/',
      'website/.assets/',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/cli/environment/environment.ts'],
    rules: {
      // Everything else receives values, so that a test, the server and the command line see the same program.
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Only src/cli/environment/environment.ts reads the environment.',
        },
      ],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/core/time/clock.ts'],
    rules: {
      // Everything else receives a clock, so that no test waits or depends on the time of day.
      'no-restricted-syntax': [
        'error',
        ...[
          'NewExpression[callee.name="Date"][arguments.length=0]',
          'CallExpression[callee.name="Date"]',
          'CallExpression[callee.object.name="Date"][callee.property.name="now"]',
        ].map((selector) => ({ selector, message: 'Take the time from a Clock of src/core/time/clock.ts.' })),
      ],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { 'plain-english': plainEnglish },
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'plain-english/wording': 'error',
    },
  },
  {
    // It is generated from the error codes, of which each has one line.
    files: ['src/server/ops/errors/error-meanings.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    files: ['src/pipeline/**/*.ts'],
    rules: {
      // The pipeline takes time, randomness and I/O as ports: the same input always gives the same plan.
      'no-restricted-globals': ['error', 'fetch', 'process', 'setTimeout', 'setInterval', 'Date'],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Ids come from the caller.' },
        {
          object: 'process',
          property: 'env',
          message: 'Only src/cli/environment/environment.ts reads the environment.',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    ...jest.configs['flat/recommended'],
    rules: {
      ...jest.configs['flat/recommended'].rules,
      // Contract suites are functions that define tests and are called from each adapter's file.
      'jest/no-export': 'off',
      'jest/expect-expect': ['error', { assertFunctionNames: ['expect', 'expect*', 'fc.assert'] }],
      'jest/no-standalone-expect': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // For browsers; types are checked by tsconfig.public.json.
    files: ['public/*.js'],
    rules: { 'no-undef': 'off' },
  },
  {
    files: ['**/*.js', '**/*.cjs', '**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        module: 'writable',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
      },
    },
  },
);
