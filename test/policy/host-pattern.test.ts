import { describe, expect, test } from '@jest/globals';
import { matchesServer, serverName, serverOf } from '../../src/policy/host-pattern.ts';

const at = (host: string, port: number | undefined = 443) => ({ host, port });

describe('a host pattern', () => {
  test.each([
    ['db.example.com', at('db.example.com', 5432)],
    ['DB.Example.com', at('db.example.COM.')],
    ['db.example.com:5432', at('db.example.com', 5432)],
    ['*.example.com', at('a.b.example.com')],
    ['*.example.com:443', at('kb.example.com', 443)],
    ['*', at('anything.test')],
    ['*:443', at('anything.test', 443)],
    ['127.0.0.1', at('2130706433')],
    ['127.0.0.1', at('0x7f.1')],
    ['[::1]:5432', at('::1', 5432)],
    ['[::1]', at('[0:0:0:0:0:0:0:1]')],
    ['xn--mnchen-3ya.example', at('münchen.example')],
    ['HRDB', at('hrdb', undefined)],
  ])('%s matches %j', (pattern, server) => {
    expect(matchesServer([pattern], server)).toBe(true);
  });

  test.each([
    ['db.example.com', at('db.example.com.evil.test')],
    ['db.example.com', at('xdb.example.com')],
    ['db.example.com:5432', at('db.example.com', 5433)],
    ['db.example.com:5432', at('db.example.com', undefined)],
    ['*.example.com', at('example.com')],
    ['*.example.com', at('evil-example.com')],
    ['*.example.com', at('evil.test,kb.example.com')],
    ['*.example.com', at('/var/run/x.example.com')],
    ['good.test', at('good.test?x')],
    ['good.test', at('good.test#x')],
    ['good.test', at('user@good.test')],
    ['db.example.com', at('dbxexample.com')],
    ['127.0.0.1', at('127.0.0.1.example.com')],
    ['*:443', at('anything.test', 80)],
  ])('%s does not match %j', (pattern, server) => {
    expect(matchesServer([pattern], server)).toBe(false);
  });
});

test.each([
  ['https://kb.example.com/x', 'kb.example.com:443'],
  ['http://KB.example.com/x', 'kb.example.com:80'],
  ['https://kb.example.com:8443?x', 'kb.example.com:8443'],
  ['https://[::1]/', '[::1]:443'],
  ['https://good.test\\@evil.test/', 'good.test:443'],
  ['https://good.test%2eevil.test/', 'good.test.evil.test:443'],
])('the server of %s is %s', (address, name) => {
  const server = serverOf(address);
  expect(server && serverName(server)).toBe(name);
});

test.each(['not an address', 'https://:watermark/x', 'https://good.test:watermark/'])(
  '%s contains no server',
  (address) => {
    expect(serverOf(address)).toBeUndefined();
  },
);
