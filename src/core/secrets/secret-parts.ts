import { decodings } from '../text/decoded-text.ts';

/** How many levels of encoding are decoded: a Base64 text of an address with a Base64 value. */
const DEPTH_MAX = 3;
/** A text that decodes into more texts than this is not a place or a tag; the others are not examined. */
const TEXTS_MAX = 200;
/** A part of a long secret is recognised from this length on, in characters. */
const PART_LENGTH = 8;
/** A shorter secret is recognised only as a whole: its parts are ordinary words. */
const LONG_SECRET_LENGTH = 12;
const PART_LENGTH_MIN = 4;

/**
 * Whether a text reveals a secret or a large part of it, however it is encoded, split or mixed with punctuation. This is stricter
 * than redaction: the text will be stored, and it is better to refuse it than to store a part of a secret.
 */
export function revealsSecret(text: string, secrets: readonly string[]): boolean {
  const texts = unwrapped(text).map(letters);
  return secrets.some((secret) => {
    const parts = partsOf(letters(characteristic(secret)));
    return parts.size > 0 && texts.some((one) => hasPart(one, parts));
  });
}

/** The part that is unique to this secret: the signature of a JSON Web Token, or the password without the user name. */
function characteristic(secret: string): string {
  const signature = /^eyJ[\w-]*\.[\w-]*\.(?<signature>[\w-]{8,})$/.exec(secret)?.groups?.['signature'];
  if (signature !== undefined) return signature;
  const password = secret.slice(secret.indexOf(':') + 1);
  return password === '' ? secret : password;
}

function letters(text: string): string {
  const plain = text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');
  // A secret of punctuation alone has no letters to compare.
  return plain.length >= PART_LENGTH_MIN ? plain : text;
}

function partsOf(secret: string): ReadonlySet<string> {
  if (secret.length < PART_LENGTH_MIN) return new Set();
  const length = secret.length >= LONG_SECRET_LENGTH ? PART_LENGTH : secret.length;
  const count = secret.length - length + 1;
  return new Set(Array.from({ length: count }, (_, start) => secret.slice(start, start + length)));
}

function hasPart(text: string, parts: ReadonlySet<string>): boolean {
  const [first = ''] = parts;
  for (let at = 0; at + first.length <= text.length; at += 1) {
    if (parts.has(text.slice(at, at + first.length))) return true;
  }
  return false;
}

/** The text and everything that it may be an encoding of. */
function unwrapped(text: string): string[] {
  const found = new Set([text]);
  let level = [text];
  for (let depth = 0; depth < DEPTH_MAX && level.length > 0; depth += 1) {
    const next = level.flatMap((one) => [
      ...decodings(one).map((decoding) => decoding.text),
      ...decodedPieces(one),
    ]);
    level = [...new Set(next)].filter((one) => !found.has(one)).slice(0, TEXTS_MAX - found.size);
    for (const one of level) found.add(one);
  }
  return [...found];
}

/** The decoded pieces of a text that may be Base64 or hex. They may start with other bytes, so all are read as Latin-1. */
function decodedPieces(text: string): string[] {
  // A text may be wrapped or split into parameters: its pieces may only be decodable without the characters between them.
  const whole = text.replaceAll(/[^A-Za-z0-9+/_-]+/g, '');
  return [...(text.match(/[A-Za-z0-9+/_-]{8,}/g) ?? []), whole].flatMap((piece) => {
    const base64 = [0, 1, 2, 3].map((skipped) =>
      Buffer.from(piece.slice(skipped), 'base64').toString('latin1'),
    );
    return /^(?:[0-9a-f]{2})+$/i.test(piece)
      ? [...base64, Buffer.from(piece, 'hex').toString('latin1')]
      : base64;
  });
}
