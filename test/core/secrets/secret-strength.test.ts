import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { secretFault } from '../../../src/core/secrets/secret-strength.ts';

describe('secretFault', () => {
  test.each([
    ['weak1', '16 characters'],
    ['fifteen-letters', '16 characters'],
    ['a passphrase of words', 'without spaces'],
    ['line-break-at-the-end\n', 'without spaces'],
    ['пароль-из-шестнадцати', 'ASCII'],
    ['aaaaaaaaaaaaaaaa', '6 different characters'],
    ['ababababababababab', '6 different characters'],
    ['1234512345123451', '6 different characters'],
    ['passwordpassword', 'repeated word'],
    ['secret-secret-secr', 'repeated word'],
    ['abcdefghijklmnop', 'sequence'],
    ['1234567890123456', 'sequence'],
    ['0123456789abcdef', 'sequence'],
    ['zyxwvutsrqponmlk', 'sequence'],
  ])('refuses %j and does not repeat it', (secret, words) => {
    const fault = secretFault(secret, 16);
    expect(fault).toContain(words);
    expect(fault).not.toContain(secret);
  });

  test('accepts what random generators and people with care make', () => {
    for (const secret of ['sixteen-letters!', 'correct-horse-battery-staple']) {
      expect(secretFault(secret, 16)).toBeUndefined();
    }
    for (let made = 0; made < 200; made += 1) {
      expect(secretFault(randomBytes(32).toString('hex'), 32)).toBeUndefined();
      expect(secretFault(randomBytes(16).toString('base64url'), 16)).toBeUndefined();
    }
  });
});
