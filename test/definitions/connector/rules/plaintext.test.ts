import { describe, expect, test } from '@jest/globals';
import { plaintextFindings } from '../../../../src/definitions/connector/rules/plaintext.ts';

const found = (source: Readonly<Record<string, unknown>>, allowed = '') =>
  plaintextFindings({ spec: { source: { type: 'http', ...source } } }, (address) => address === allowed).map(
    ({ code, status, path }) => `${status ?? 'fail'} ${code} ${path}`,
  );

const ERROR = ['fail secret_in_clear spec.source.url'];

describe('credentials over http', () => {
  test.each([
    { secretRef: 's', url: 'http://kb.internal/x' },
    { secretRef: 's', url: 'http://kb.internal:8080/x', auth: { type: 'api_key', in: 'query', name: 'k' } },
    { secretRef: 's', url: 'http://kb.internal/x', auth: { type: 'basic' } },
    { oauth: {}, url: 'http://127.0.0.1.example.com' },
    { headers: { Authorization: 'Bearer x' }, url: 'http://kb.internal/x' },
    { headers: { cookie: 'x' }, url: 'http://kb.internal/x' },
    { secretRef: 's', url: 'http://localhost.example.com/' },
    { secretRef: 's', url: 'http://127.0.0.1@evil.test/' },
    { secretRef: 's', url: 'http://10.0.0.1/' },
  ])('are an error: %j', (source) => {
    expect(found(source)).toEqual(ERROR);
  });

  test.each([
    { secretRef: 's', url: 'https://kb.internal/x' },
    { secretRef: 's', url: 'http://127.0.0.1:8080/x' },
    { secretRef: 's', url: 'http://localhost/x' },
    { secretRef: 's', url: 'http://[::1]:1/x' },
    { url: 'http://kb.internal/x', headers: { 'Accept-Language': 'en' } },
    { url: 'http://kb.internal/x' },
  ])('are none here: %j', (source) => {
    expect(found(source)).toEqual([]);
  });

  test('are not an error when the policy allows them', () => {
    const source = { secretRef: 's', url: 'http://kb.internal/x' };
    expect(found(source, source.url)).toEqual([]);
  });
});
