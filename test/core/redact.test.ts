import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRedactor } from '../../src/core/redact.ts';

function redacted(secret: string, text: string): string {
  const redactor = createRedactor();
  redactor.add(secret);
  return redactor.redact(text);
}

describe('a redactor', () => {
  test('removes a connection string, and its password alone, encoded or not', () => {
    const dsn = 'postgres://me:p%40ss%2Fword@host/db';
    expect(redacted(dsn, `to ${dsn}`)).toBe('to [redacted]');
    expect(redacted(dsn, 'with p%40ss%2Fword or p@ss/word')).toBe('with [redacted] or [redacted]');
  });

  test('knows a password that was not encoded, whichever @ ends it', () => {
    const dsn = 'postgres://me:pass@word@host/db?user=me@corp';
    expect(redacted(dsn, 'pass@word@host/db?user=me, password')).not.toContain('pass@word');
    expect(redacted('postgres://me:p@ss:w/rd@host/db', 'it is p@ss:w/rd')).toBe('it is [redacted]');
  });

  test('leaves words alone that are only as short as a secret of three letters', () => {
    expect(redacted('postgres://me:abc@host/db', 'abc')).toBe('abc');
  });

  test('finds any password in its JSON form, too', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), (password) => {
        const line = JSON.stringify({ message: `wrong: ${password}` });
        return !redacted(password, line).includes(`wrong: ${JSON.stringify(password).slice(1, -1)}`);
      }),
    );
  });
});
