import { describe, expect, test } from '@jest/globals';
import { isExcepted, readProxy } from '../../src/net/proxy.ts';

describe('NO_PROXY', () => {
  test.each([
    ['10.0.0.0/8', 'http://10.1.2.3/', true],
    ['10.0.0.0/8', 'http://11.1.2.3/', false],
    ['10.0.0.0/8', 'http://ten.example.com/', false],
    ['192.168.0.0/16, 10.0.0.0/8', 'https://10.0.0.1:8443/', true],
    ['fd00::/8', 'http://[fd12::1]/', true],
    ['[fd00::]/8', 'http://[fe80::1]/', false],
    ['::1', 'http://[::1]:9000/', true],
    ['[::1]:9000', 'http://[::1]:9000/', true],
    ['10.0.0.0/33', 'http://10.0.0.1/', false],
    ['10.0.0.0/x', 'http://10.0.0.1/', false],
    ['example.com', 'https://api.example.com/', true],
    ['.example.com', 'https://api.example.com/', true],
    ['*.example.com', 'https://api.example.com/', true],
    ['example.com', 'https://notexample.com/', false],
    ['EXAMPLE.com:443', 'https://example.com/', true],
    ['example.com:8080', 'https://example.com/', false],
    ['127.0.0.1:80', 'http://127.0.0.1/', true],
    ['*', 'http://anything/', true],
    ['', 'http://anything/', false],
    [undefined, 'http://anything/', false],
  ])('%j and %s: %s', (except, url, expected) => {
    expect(isExcepted(new URL(url), except)).toBe(expected);
  });
});

describe('the address of a proxy', () => {
  test.each([
    ['http://proxy:3128', 'http://proxy:3128', undefined],
    ['proxy.example.com:3128', 'http://proxy.example.com:3128', undefined],
    ['http://user:p%C3%A4@proxy:1', 'http://proxy:1', 'user:pä'],
    ['http://user:50%@proxy:1', 'http://proxy:1', 'user:50%'],
    ['http://user@proxy:1', 'http://proxy:1', 'user:'],
  ])('is read: %s', (address, origin, pair) => {
    const authorization = pair === undefined ? undefined : `Basic ${Buffer.from(pair).toString('base64')}`;
    expect(readProxy(address)).toEqual({ origin, authorization });
  });

  test.each(['pr oxy:pw@x', 'ftp://user:pw@proxy', 'http://'])(
    'is refused without showing it: %s',
    (address) => {
      expect(() => readProxy(address)).toThrow(expect.objectContaining({ code: 'ENVIRONMENT_INVALID' }));
      expect(() => readProxy(address)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('pw') }),
      );
    },
  );
});
