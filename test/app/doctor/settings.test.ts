import { expect, test } from '@jest/globals';
import { settingsFindings } from '../../../src/app/doctor/settings.ts';
import { BridgeError } from '../../../src/core/errors.ts';

const PLAIN = {
  ingestionDryRun: false,
  gcsEndpoint: undefined,
  discoveryEngineEndpoint: undefined,
  wrongVariables: [],
  misspelledVariables: [],
};

test('settings that change nothing are fine', () => {
  expect(settingsFindings(PLAIN)).toMatchObject([{ subject: 'settings', status: 'ok' }]);
});

test('dry ingestion that was left on is a warning, because runs look as if they sent', () => {
  expect(settingsFindings({ ...PLAIN, ingestionDryRun: true })).toEqual([
    {
      subject: 'settings',
      status: 'warn',
      message: expect.stringContaining('send nothing'),
      fix: expect.stringContaining('Unset it'),
    },
  ]);
});

test('each endpoint in place of Google’s is a warning, and says whether credentials go there', () => {
  const found = settingsFindings({
    ...PLAIN,
    gcsEndpoint: { url: 'https://storage.example.com', loopback: false },
    discoveryEngineEndpoint: { url: 'http://127.0.0.1:8080', loopback: true },
  });
  expect(found.map(({ status, message }) => [status, message])).toEqual([
    [
      'warn',
      expect.stringMatching(/^DISCOVERY_ENGINE_ENDPOINT .*http:\/\/127\.0\.0\.1:8080.*without credentials/),
    ],
    [
      'warn',
      expect.stringMatching(/^GCS_ENDPOINT .*credentials with them, to https:\/\/storage\.example\.com/),
    ],
  ]);
});

test('a variable that stops runs is a failure, and one that only stops other commands is a warning with the same fix', () => {
  const error = (variable: string) =>
    new BridgeError('ENVIRONMENT_INVALID', `${variable} is wrong.`, { hint: `Set ${variable}.` });
  const found = settingsFindings({
    ...PLAIN,
    wrongVariables: [
      { stops: 'run', error: error('MAX_RETRIES') },
      { stops: 'serve', error: error('ADMIN_API_KEY') },
      { stops: 'kb and serve', error: error('OPENAI_API_KEY') },
    ],
  });
  expect(found).toEqual([
    {
      subject: 'settings',
      status: 'fail',
      code: 'ENVIRONMENT_INVALID',
      message: 'MAX_RETRIES is wrong.',
      fix: 'Set MAX_RETRIES.',
    },
    {
      subject: 'settings',
      status: 'warn',
      message: expect.stringMatching(/^ADMIN_API_KEY is wrong\. .*serve.* does not start/),
      fix: 'Set ADMIN_API_KEY.',
    },
    {
      subject: 'settings',
      status: 'warn',
      message: 'OPENAI_API_KEY is wrong. `kb` and `serve` do not start; other commands do not need it.',
      fix: 'Set OPENAI_API_KEY.',
    },
  ]);
});

test('a variable that no command reads is a warning that names the similar one', () => {
  const misspelledVariables = [{ given: 'DATABSE_URL', meant: 'DATABASE_URL' }];
  expect(settingsFindings({ ...PLAIN, misspelledVariables })).toEqual([
    {
      subject: 'settings',
      status: 'warn',
      message: 'DATABSE_URL is set, but no command reads a variable of that name; did you mean DATABASE_URL?',
      fix: 'If so, set DATABASE_URL instead.',
    },
  ]);
});
