import { describe, expect, test } from '@jest/globals';
import { AllowedHosts, entryProblem } from '../../../src/net/guard/allowed-hosts.ts';

describe('AllowedHosts', () => {
  test('admits public addresses only when nothing is listed', () => {
    const none = new AllowedHosts([]);
    expect(none.admits('api.example.com', '93.184.216.34')).toBe(true);
    expect(none.admits('127.0.0.1', '127.0.0.1')).toBe(false);
    expect(none.admits('api.example.com', '10.0.0.1')).toBe(false);
  });

  test.each([
    [['10.0.0.0/8'], 'db', '10.1.2.3', true],
    [['10.0.0.0/8'], 'db', '::ffff:10.1.2.3', true],
    [['10.0.0.0/8'], 'db', '192.168.0.1', false],
    [['127.0.0.1'], '127.0.0.1', '127.0.0.1', true],
    [['127.0.0.1'], '127.0.0.2', '127.0.0.2', false],
    [['[::1]'], 'localhost', '::1', true],
    [['*.corp.example'], 'db.corp.example', '10.1.2.3', true],
    [['*.corp.example'], 'DB.Corp.Example.', '10.1.2.3', true],
    [['*.corp.example'], 'corp.example', '10.1.2.3', false],
    [['*.corp.example'], 'evilcorp.example', '10.1.2.3', false],
    [['*.corp.example'], 'db.corp.example', '169.254.169.254', false],
    [['db.corp.example'], 'x.db.corp.example', '10.1.2.3', false],
  ])('with %j, for %s at %s: %s', (entries, host, address, expected) => {
    expect(new AllowedHosts(entries).admits(host, address)).toBe(expected);
  });

  test('refuses the names of metadata services, whatever they resolve to', () => {
    expect(new AllowedHosts(['10.0.0.0/8']).admits('metadata.google.internal.', '10.0.0.1')).toBe(false);
  });

  test.each([
    '169.254.0.0/16',
    '169.254.169.254',
    '::ffff:169.254.1.1',
    '0.0.0.0/0',
    '*',
    'a b',
    '2130706433',
    '0x7f.1',
    'metadata.google.internal',
    '*.',
    'http://x',
    'a,b',
    '10.0.0.0/33',
  ])('refuses the entry %s', (entry) => {
    expect(entryProblem(entry)).toBeDefined();
  });

  test.each([
    '10.0.0.0/8',
    'fd00::/8',
    '127.0.0.1',
    'localhost',
    '*.corp.example',
    'db_1.corp',
    '/var/run/postgresql',
  ])('accepts the entry %s', (entry) => {
    expect(entryProblem(entry)).toBeUndefined();
  });
});
