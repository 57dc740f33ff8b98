import { describe, expect, test } from '@jest/globals';
import { readSyncEndpoint } from '../../../src/cli/environment/sync.ts';

describe('the settings of the sync endpoint', () => {
  test('is ten requests a minute and no other origin when nothing is set', () => {
    const none = { requestsPerMinute: 10, allowedOrigins: [] };
    expect(readSyncEndpoint({})).toEqual(none);
    expect(readSyncEndpoint({ SYNC_REQUESTS_PER_MINUTE: '', SYNC_ALLOWED_ORIGINS: ' , ' })).toEqual(none);
  });

  test('is read', () => {
    const env = {
      SYNC_REQUESTS_PER_MINUTE: '600',
      SYNC_ALLOWED_ORIGINS: 'https://admin.example.com, http://localhost:3000',
    };
    expect(readSyncEndpoint(env)).toEqual({
      requestsPerMinute: 600,
      allowedOrigins: ['https://admin.example.com', 'http://localhost:3000'],
    });
  });

  test.each([
    ['SYNC_REQUESTS_PER_MINUTE', ['0', '-1', '1.5', '1e2', '601', 'ten', ' 5']],
    [
      'SYNC_ALLOWED_ORIGINS',
      ['*', 'https://*.example.com/', 'https://a.example/', 'null', 'a.example', 'https://A.example'],
    ],
  ])('refuses wrong values of %s', (name, values) => {
    for (const value of values)
      expect(() => readSyncEndpoint({ [name]: value })).toThrow(
        expect.objectContaining({ code: 'ENVIRONMENT_INVALID', message: expect.stringContaining(name) }),
      );
  });
});
