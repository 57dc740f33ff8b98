import { describe, expect, test } from '@jest/globals';
import { parseEndpoint } from '../../src/core/endpoint.ts';

describe('an endpoint', () => {
  test.each([
    ['http://127.0.0.1:8080', { url: 'http://127.0.0.1:8080', loopback: true }],
    ['http://127.9.9.9', { url: 'http://127.9.9.9', loopback: true }],
    ['http://localhost:1/base/', { url: 'http://localhost:1/base', loopback: true }],
    ['http://[::1]:1', { url: 'http://[::1]:1', loopback: true }],
    ['https://private.example.com', { url: 'https://private.example.com', loopback: false }],
  ])('%s is taken', (value, expected) => {
    expect(parseEndpoint('X', value)).toEqual(expected);
  });

  test.each([
    'http://example.com',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'ftp://127.0.0.1',
    'example.com',
    'https://user@example.com',
    'https://:secret@example.com',
    'https://example.com/?key=1',
    'https://example.com/#x',
  ])('%s is refused, because credentials would travel there', (value) => {
    expect(() => parseEndpoint('GCS_ENDPOINT', value)).toThrow(
      expect.objectContaining({
        code: 'ENVIRONMENT_INVALID',
        message: expect.stringContaining('GCS_ENDPOINT'),
      }),
    );
  });
});
