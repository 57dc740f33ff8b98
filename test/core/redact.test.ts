import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRedactor } from '../../src/core/redact.ts';

function redacted(secret: string, text: string): string {
  const redactor = createRedactor();
  redactor.add(secret);
  return redactor.redact(text);
}

describe('a redactor', () => {
  it('removes every secret that it was given, wherever it stands', () => {
    const redactor = createRedactor();
    redactor.add('s3cret');
    redactor.add('pa$$word.*');
    expect(redactor.redact('s3cret, pa$$word.* and s3cret')).toBe('[redacted], [redacted] and [redacted]');
    expect(redactor.redact('nothing here')).toBe('nothing here');
  });

  it('removes a secret from text and from JSON, whatever it is made of', () => {
    const secret = fc
      .string({ unit: 'binary', minLength: 4, maxLength: 20 })
      .filter((one) => !'[redacted]'.includes(one) && !/[[\]redact]/.test(one));
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        expect(redacted(value, `${before}${value}${after}`)).not.toContain(value);
        const quoted = JSON.stringify(value).slice(1, -1);
        expect(redacted(value, JSON.stringify({ message: `${before}${value}${after}` }))).not.toContain(
          quoted,
        );
      }),
    );
  });

  it('removes the password of a connection string by itself, as written and decoded', () => {
    const url = 'postgres://ada:p%40ss%2Fw0rd@db.example:5432/hr';
    expect(redacted(url, url)).toBe('[redacted]');
    expect(redacted(url, 'user ada, password p%40ss%2Fw0rd')).toBe('user ada, password [redacted]');
    expect(redacted(url, 'user ada, password p@ss/w0rd')).toBe('user ada, password [redacted]');
  });

  it('takes a password that is not percent-encoded as it is written', () => {
    expect(redacted('postgres://ada:100%sure@db/hr', 'it was 100%sure')).toBe('it was [redacted]');
  });

  it('knows a password that was not encoded, whichever @ ends it', () => {
    const dsn = 'postgres://ada:pass@word@host/db?user=ada@corp';
    expect(redacted(dsn, 'host pass@word@host/db?user=ada, pass@word')).not.toContain('pass@word');
    expect(redacted('postgres://ada:p@ss:w/rd@host/db', 'it is p@ss:w/rd')).toBe('it is [redacted]');
  });

  it('leaves text alone for the sake of values that are too short to be secrets', () => {
    expect(redacted('abc', 'abc')).toBe('abc');
    expect(redacted('postgres://ada:pw@db/hr', 'pw')).toBe('pw');
  });
});
