import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { isSameKey, sealCanary } from '../../../../src/core/secrets/managed/canary.ts';
import { FORMAT_VERSION, open, seal, type Sealed } from '../../../../src/core/secrets/managed/cipher.ts';
import { newKeyEntry, parseKeyRing } from '../../../../src/core/secrets/managed/key-ring.ts';

const ring = parseKeyRing([newKeyEntry('b'), newKeyEntry('a')].join(','), 'KEYS');
const other = parseKeyRing([newKeyEntry('b'), newKeyEntry('a')].join(','), 'KEYS');
const text = fc.string({ unit: 'binary' }).filter((value) => !/\p{Cs}/u.test(value));
const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/);
const sealed = (value: string, of = 'hr-db') => seal('managed-secret', of, value, ring.current);
const opened = (row: Sealed, of = 'hr-db') => open('managed-secret', of, row, ring);

describe('seal and open', () => {
  test('returns any text under its name', () => {
    fc.assert(
      fc.property(name, text, (of, value) => {
        expect(opened(sealed(value, of), of)).toBe(value);
      }),
    );
  });

  test('does not open when any bit of nonce, ciphertext or tag was flipped', () => {
    const row = sealed('postgres://reader:pw@db/hr');
    for (const part of ['nonce', 'ciphertext', 'tag'] as const) {
      for (let bit = 0; bit < row[part].length * 8; bit++) {
        const bytes = Buffer.from(row[part]);
        bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(opened({ ...row, [part]: bytes })).toBeUndefined();
      }
    }
  });

  test('does not open when the tag or the nonce was cut or extended, even to lengths that GCM accepts', () => {
    const row = sealed('s3cret');
    const lengths = Array.from({ length: 21 }, (_, length) => length);
    const cut = (bytes: Uint8Array, length: number) =>
      Buffer.concat([bytes, Buffer.alloc(8)]).subarray(0, length);
    const withTags = lengths
      .filter((length) => length !== 16)
      .map((length) => ({ tag: cut(row.tag, length) }));
    const withNonces = lengths
      .filter((length) => length !== 12)
      .map((length) => ({ nonce: cut(row.nonce, length) }));
    for (const change of [...withTags, ...withNonces]) expect(opened({ ...row, ...change })).toBeUndefined();
  });

  test('does not open under another name, key id, version or purpose, nor with another key of the same id', () => {
    const row = sealed('s3cret');
    expect(opened(row, 'hr-db2')).toBeUndefined();
    expect(opened({ ...row, keyId: 'a' })).toBeUndefined();
    expect(opened({ ...row, keyId: 'c' })).toBeUndefined();
    expect(opened({ ...row, formatVersion: FORMAT_VERSION + 1 })).toBeUndefined();
    expect(open('key-canary', 'hr-db', row, ring)).toBeUndefined();
    expect(open('managed-secret', 'hr-db', row, other)).toBeUndefined();
  });

  test('binds name and key id apart, so that moving a letter from one to the other does not open', () => {
    const keys = parseKeyRing(newKeyEntry('xa'), 'KEYS');
    const row = seal('managed-secret', 'db', 's3cret', keys.current);
    const moved = { ...keys.current, id: 'a' };
    const renamed = { current: moved, keys: [moved], find: () => moved };
    expect(open('managed-secret', 'dbx', { ...row, keyId: 'a' }, renamed)).toBeUndefined();
  });

  test('does not open when a limit was changed, left out, added, moved or merged with another', () => {
    const row = seal('managed-secret', 'hr-db', 's3cret', ring.current, ['["a"]', '["b"]']);
    expect(opened(row)).toBe('s3cret');
    const others = [
      [],
      ['["a"]'],
      ['["b"]', '["a"]'],
      ['["a"]', '["b"]', ''],
      ['["a"]["b"]'],
      ['["a"]', '[]'],
    ];
    for (const limits of others) expect(opened({ ...row, limits })).toBeUndefined();
  });

  test('opens what the first format sealed, which is not bound to limits, and not as the format of today', () => {
    const first = {
      keyId: '2026a',
      formatVersion: 1,
      nonce: Buffer.from('32ff6ad79690f34fa639f282', 'hex'),
      ciphertext: Buffer.from('3aafedd681e0e3144a2b153336799ee4d1b04ca27f9baae32c1a', 'hex'),
      tag: Buffer.from('9d095c19b07ae258776f5696b7f998e3', 'hex'),
      limits: ['["db"]', '[]'],
    };
    const keys = parseKeyRing('2026a:CzBVep/E6Q4zWH2ix+wRNluApcrvFDleg6jN8hc8YYY=', 'KEYS');
    expect(open('managed-secret', 'hr-db', first, keys)).toBe('postgres://reader:pw@db/hr');
    const renumbered = { ...first, formatVersion: FORMAT_VERSION };
    expect(open('managed-secret', 'hr-db', renumbered, keys)).toBeUndefined();
    const today = seal('managed-secret', 'hr-db', 'v', keys.current, first.limits);
    expect(open('managed-secret', 'hr-db', { ...today, formatVersion: 1 }, keys)).toBeUndefined();
  });

  test('gives different nonces and ciphertexts for equal values', () => {
    const rows = Array.from({ length: 200 }, () => sealed('the same'));
    for (const part of ['nonce', 'ciphertext'] as const) {
      expect(new Set(rows.map((row) => Buffer.from(row[part]).toString('hex'))).size).toBe(rows.length);
    }
  });
});

describe('a canary', () => {
  test('proves that a key is the one that was used before under its id', () => {
    const canary = sealCanary(ring.current);
    expect(isSameKey(canary, ring)).toBe(true);
    expect(isSameKey(canary, other)).toBe(false);
  });
});

describe('parseKeyRing', () => {
  const key = () => randomBytes(32).toString('base64');

  test('takes the first key to encrypt and all to decrypt, with blanks and line breaks between entries', () => {
    const read = parseKeyRing(` 2026b:${key()} ,\n2026a:${key()}\n`, 'KEYS');
    expect(read.current.id).toBe('2026b');
    expect(read.keys.map(({ id }) => id)).toEqual(['2026b', '2026a']);
  });

  test('opens what a former first key encrypted', () => {
    const [a, b] = [newKeyEntry('a'), newKeyEntry('b')];
    const row = seal('managed-secret', 'n', 'v', parseKeyRing(a, 'KEYS').current);
    expect(open('managed-secret', 'n', row, parseKeyRing(`${b},${a}`, 'KEYS'))).toBe('v');
  });

  const bad: [string, string][] = [
    ['nothing', ' , \n'],
    ['a key without an id', key()],
    ['an empty id', `:${key()}`],
    ['an id with a blank', `a b:${key()}`],
    ['31 bytes', `a:${randomBytes(31).toString('base64')}`],
    ['33 bytes', `a:${randomBytes(33).toString('base64')}`],
    ['a passphrase of 32 characters', 'a:correct-horse-battery-staple-1234'],
    ['hex', `a:${randomBytes(32).toString('hex')}`],
    ['base64url', `a:${Buffer.alloc(32, 'û?>').toString('base64url')}=`],
    ['base64 without padding', `a:${key().slice(0, -1)}`],
    [
      'bits after the last byte',
      `a:${Buffer.from('0123456789abcdefghijklmnopqrstuv').toString('base64').slice(0, 42)}/=`,
    ],
    ['one byte repeated', `a:${Buffer.alloc(32, 7).toString('base64')}`],
    ['a repeated word', `a:${Buffer.from('passwordpasswordpasswordpassword').toString('base64')}`],
    ['an id twice', `a:${key()},a:${key()}`],
  ];
  test.each(bad)('refuses %s, with the command that makes a key and without the text', (_, entry) => {
    const thrown = errorOf(() => parseKeyRing(entry, 'KEYS'));
    expect(thrown).toMatchObject({
      code: 'ENVIRONMENT_INVALID',
      hint: expect.stringContaining('secrets new-key'),
    });
    const secrets = entry.split(/[:,]/).filter((part) => part.length > 8);
    const shown = `${thrown.message} ${thrown.hint ?? ''}`;
    expect(secrets.filter((part) => shown.includes(part))).toEqual([]);
  });

  test('refuses one key under two ids', () => {
    const same = key();
    expect(errorOf(() => parseKeyRing(`a:${same},b:${same}`, 'KEYS')).message).toContain('two ids, a and b');
  });

  function errorOf(work: () => unknown): Error & { readonly hint?: string } {
    try {
      work();
    } catch (thrown) {
      if (thrown instanceof Error) return thrown;
    }
    throw new Error('It did not throw.');
  }
});
