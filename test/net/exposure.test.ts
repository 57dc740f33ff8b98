import { describe, expect, test } from '@jest/globals';
import { isThisMachine } from '../../src/net/exposure.ts';

describe('a host', () => {
  test.each([
    'localhost',
    'LOCALHOST',
    '127.0.0.1',
    '127.8.9.1',
    '::1',
    '::ffff:127.0.0.1',
    '/var/run/postgresql',
  ])('%s is this machine', (host) => {
    expect(isThisMachine(host)).toBe(true);
  });

  test.each(['db.example.com', '10.0.0.1', '2001:db8::1', 'localhost.example.com', '0.0.0.0', ''])(
    '%j is not known to be this machine',
    (host) => {
      expect(isThisMachine(host)).toBe(false);
    },
  );
});
