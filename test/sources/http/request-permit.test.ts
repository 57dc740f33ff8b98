import { describe, expect, test } from '@jest/globals';
import { requestPermit } from '../../../src/sources/http/request-permit.ts';

const SOURCE = {
  type: 'http',
  url: 'https://api.example.com/',
  secretHeaders: { 'X-Key': 'key' },
  oauth: { grantType: 'refresh_token', tokenUrl: 'https://token.example.com/', refreshTokenRef: 'refresh' },
  login: { url: 'http://login.internal/', secretRef: 'password' },
} as const;

describe('requestPermit', () => {
  test('asks the policy about the secrets that each server receives', () => {
    const asked: string[] = [];
    const admit = requestPermit(SOURCE, {
      server: ({ host }, refs) => asked.push(`${host} ${refs.join()}`),
      inClear: () => true,
      folder: () => undefined,
    });
    admit(SOURCE.url, 'api');
    admit(SOURCE.oauth.tokenUrl, 'token');
    admit(SOURCE.login.url, 'login');
    expect(asked).toEqual([
      'api.example.com refresh,password,key',
      'token.example.com refresh',
      'login.internal password',
    ]);
  });

  test('refuses a login over http unless the policy allows it', () => {
    const admit = requestPermit(SOURCE, {
      server: () => undefined,
      inClear: () => false,
      folder: () => undefined,
    });
    expect(() => {
      admit(SOURCE.login.url, 'login');
    }).toThrow(
      expect.objectContaining({
        code: 'CONNECTOR_INVALID',
        hint: expect.stringContaining('source.login.url'),
      }),
    );
  });
});
