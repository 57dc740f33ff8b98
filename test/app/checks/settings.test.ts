import { expect, test } from '@jest/globals';
import { settingsFindings } from '../../../src/app/checks/settings.ts';

const PLAIN = { ingestionDryRun: false, gcsEndpoint: undefined, discoveryEngineEndpoint: undefined };

test('settings that change nothing are fine', () => {
  expect(settingsFindings(PLAIN)).toMatchObject([{ subject: 'settings', status: 'ok' }]);
});

test('dry ingestion that was left on is a warning, because runs look as if they sent', () => {
  expect(settingsFindings({ ...PLAIN, ingestionDryRun: true })).toEqual([
    {
      subject: 'settings',
      status: 'warn',
      what: expect.stringContaining('send nothing'),
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
  expect(found.map(({ status, what }) => [status, what])).toEqual([
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
