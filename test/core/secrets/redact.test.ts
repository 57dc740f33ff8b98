import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { REDACTED_TOKENS_MAX } from '../../../src/core/limits.ts';
import { createRedactor } from '../../../src/core/secrets/redact.ts';

function redacted(secret: string, text: string): string {
  const redactor = createRedactor();
  redactor.add(secret);
  return redactor.redact(text);
}

describe('a redactor', () => {
  it('removes every secret that it was given, in any place', () => {
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

const SECRET = 'Tok&en"Se/cret+99';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const percentLower = (text: string) =>
  encodeURIComponent(text).replaceAll(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase());
const html = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Ways in which programs write what they were sent. */
const ENCODINGS: Readonly<Record<string, (secret: string) => string>> = {
  'as it is': (secret) => secret,
  'percent-encoded': encodeURIComponent,
  'percent-encoded with small letters': percentLower,
  'percent-encoded, every octet': (secret) =>
    [...Buffer.from(secret)].map((octet) => `%${octet.toString(16).padStart(2, '0')}`).join(''),
  'percent-encoded twice': (secret) => encodeURIComponent(encodeURIComponent(secret)),
  'in a form': (secret) => new URLSearchParams({ '': secret }).toString().slice(1),
  'in Base64': base64,
  'in Base64 without padding': (secret) => base64(secret).replace(/=+$/, ''),
  'in Base64 of addresses': (secret) => Buffer.from(secret).toString('base64url'),
  'in Base64 in an address': (secret) => encodeURIComponent(base64(secret)),
  'in Base64 after a user name': (secret) => base64(`ada:${secret}`),
  'in Base64 after a longer user name': (secret) => base64(`ada.l:${secret}`),
  'in Base64 between others': (secret) => base64(`{"a":"${secret}","b":1}`),
  'in Base64 of addresses between others': (secret) => Buffer.from(`key=${secret}&x=1`).toString('base64url'),
  'in hex': (secret) => Buffer.from(secret).toString('hex'),
  'in hex with capitals': (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  'in hex as octets': (secret) => Buffer.from(secret).toString('hex').replaceAll(/(..)/g, '$1 '),
  'in HTML': html,
  'in HTML with numbers': (secret) =>
    secret.replaceAll(/[^A-Za-z0-9]/g, (unit) => `&#${unit.charCodeAt(0)};`),
  'in HTML with hexadecimal numbers': (secret) =>
    secret.replaceAll(/[^A-Za-z0-9]/g, (unit) => `&#x${unit.charCodeAt(0).toString(16)};`),
  'in JSON': (secret) => JSON.stringify(secret).slice(1, -1),
  'in JSON in JSON': (secret) => JSON.stringify(JSON.stringify(secret)).slice(1, -1),
  'in JSON with slashes escaped': (secret) => JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'),
  'in JSON, every unit': (secret) =>
    Array.from(
      { length: secret.length },
      (_, unit) => `\\u${secret.charCodeAt(unit).toString(16).padStart(4, '0')}`,
    ).join(''),
  'percent-encoded in JSON in JSON': (secret) =>
    JSON.stringify(JSON.stringify(encodeURIComponent(secret))).slice(1, -1),
  'in HTML in JSON': (secret) => JSON.stringify(html(secret)).slice(1, -1),
  'in small letters': (secret) => secret.toLowerCase(),
  'in capitals': (secret) => secret.toUpperCase(),
};

describe('a secret that comes back in another form', () => {
  test.each(Object.entries(ENCODINGS))('is removed %s', (_, encode) => {
    for (const secret of [SECRET, 'hunter2hunter2', 'a b c d e f g h', 'Übergröße/ŠĐ=ΑΣ']) {
      const text = `before <${encode(secret)}> after`;
      const clean = redacted(secret, text);
      expect(clean).not.toContain(encode(secret));
      expect(clean).toMatch(/^before <.{0,12}\[redacted\].{0,24}> after$/s);
    }
  });

  test.each([
    ['a line break', '\n'],
    ['a line break of mail', '\r\n '],
    ['a blank', ' '],
    ['a line break in JSON', '\\n'],
    ['a line break in an address', '%0D%0A'],
  ])('is removed where %s folds it', (_, fold) => {
    for (const form of [SECRET, base64(SECRET).replace(/=+$/, ''), Buffer.from(SECRET).toString('hex')]) {
      for (let at = 1; at < form.length; at += 1) {
        const folded = form.slice(0, at) + fold + form.slice(at);
        expect(redacted(SECRET, `x ${folded} y`)).toMatch(/^x \[redacted\] y$/);
      }
    }
  });

  test('is removed in every form, whatever it is, and JSON stays JSON', () => {
    const secret = fc
      .string({ unit: 'grapheme', minLength: 8, maxLength: 40 })
      .filter((one) => one.trim().length >= 8 && !/[[\]]/.test(one));
    fc.assert(
      fc.property(
        secret,
        fc.constantFrom(...Object.values(ENCODINGS)),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        (value, encode, before, after) => {
          const message = `${before}${encode(value)}${after}`;
          const redactor = createRedactor();
          redactor.add(value);
          expect(redactor.redact(message)).not.toContain(encode(value));
          const line = redactor.redact(JSON.stringify({ message: `<${encode(value)}>`, count: 1 }));
          expect(line).not.toContain(JSON.stringify(encode(value)).slice(1, -1));
          expect(JSON.parse(line)).toMatchObject({ count: 1 });
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('a removed secret', () => {
  test('is the union where secrets overlap', () => {
    const redactor = createRedactor();
    for (const secret of ['abcdef', 'defghi', 'abcd']) redactor.add(secret);
    expect(redactor.redact('x abcdefghi y')).toBe('x [redacted] y');
  });

  test('is a whole escape of JSON', () => {
    expect(JSON.parse(redacted('n1234567', JSON.stringify('a\n1234567')))).toBe('a[redacted]');
    expect(redacted('u00e9bcdef', String.raw`"\u00e9bcdef"`)).toBe('"[redacted]"');
  });

  test('is a token of the newest, and no secret is forgotten for tokens', () => {
    const redactor = createRedactor();
    redactor.add('the-one-secret');
    for (let number = 0; number <= REDACTED_TOKENS_MAX; number += 1) redactor.addToken(`token-${number}-x`);
    redactor.addToken(`token-${REDACTED_TOKENS_MAX}-x`);
    expect(redactor.redact(`the-one-secret token-0-x token-1-x token-${REDACTED_TOKENS_MAX}-x`)).toBe(
      '[redacted] token-0-x [redacted] [redacted]',
    );
  });

  test('is a password among the parameters of a connection string', () => {
    expect(redacted('postgres://db/hr?user=ada&password=hush%2Fhush', 'hush/hush by ada')).toBe(
      '[redacted] by ada',
    );
  });

  test('is not applied to an ordinary word that differs from a short secret by its case', () => {
    expect(redacted('data', 'Data of the database')).toBe('Data of the [redacted]base');
  });
});
