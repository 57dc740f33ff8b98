import { decodings } from '../text/decoded-text.ts';
import { printable } from '../text/printable.ts';

/** Shorter values would blank out ordinary words; a secret of three letters is not one. */
const SECRET_LENGTH_MIN = 4;
/** A shorter piece of Base64 would be found in ordinary words. */
const BASE64_PIECE_LENGTH_MIN = 8;

/**
 * What a secret may look like in a text: itself, the secrets within it, and each of those as programs encode them. Escapes of
 * JSON, HTML and addresses are mostly left to those who decode the text, and so are letters in the other case.
 */
export function formsOf(secret: string): ReadonlySet<string> {
  const forms = new Set<string>();
  for (const value of valuesIn(secret)) {
    if (value.length < SECRET_LENGTH_MIN) continue;
    for (const form of encodedForms(value)) if (form.length >= SECRET_LENGTH_MIN) forms.add(form);
  }
  return forms;
}

/** A connection string leaks by its password alone. */
function valuesIn(secret: string): string[] {
  const inUrl = [...passwordsOf(secret), ...secretParametersOf(secret)];
  return [secret, secret.trim(), ...inUrl, ...inUrl.map(percentDecoded)];
}

function encodedForms(value: string): string[] {
  const bytes = Buffer.from(value);
  return [
    // A secret that looks encoded itself is decoded together with what is around it.
    ...decodings(value).map(({ text }) => text),
    printable(value),
    JSON.stringify(value).slice(1, -1),
    new URLSearchParams({ '': value }).toString().slice(1),
    value.replaceAll(' ', '+'),
    // Letters of which the other case has another length.
    value.toLowerCase(),
    value.toUpperCase(),
    bytes.toString('hex'),
    ...[...base64Forms(bytes)].flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]),
  ];
}

/** By itself, and as a part of something longer, such as `user:password`: then it may begin at any of three places. */
function* base64Forms(bytes: Buffer): Generator<string> {
  yield withoutPadding(bytes.toString('base64'));
  for (const before of [0, 1, 2]) {
    const text = withoutPadding(Buffer.concat([Buffer.alloc(before), bytes]).toString('base64'));
    // What is around it has a part in the first and the last character.
    const piece = text.slice(before === 0 ? 0 : before + 1, Math.floor(((before + bytes.length) * 8) / 6));
    if (piece.length >= BASE64_PIECE_LENGTH_MIN) yield piece;
  }
}

function withoutPadding(base64: string): string {
  const end = base64.indexOf('=');
  return end < 0 ? base64 : base64.slice(0, end);
}

/** A password that was not encoded may hold an `@` itself, and so may what follows it: every way of reading counts. */
function passwordsOf(url: string): string[] {
  const start = /^[a-z][a-z0-9+.-]*:\/\/[^:/?#]*:/i.exec(url)?.[0].length;
  if (start === undefined) return [];
  const ends = [...url.slice(start).matchAll(/@/g)].map(({ index }) => start + index);
  return ends.filter((end) => end > start).map((end) => url.slice(start, end));
}

/** `?password=…` and its kin, which drivers take as well. */
function secretParametersOf(url: string): string[] {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return [];
  const parameters = url.matchAll(/[?&]([^=&#?]*)=([^&#]+)/g);
  return [...parameters].flatMap(([, name = '', value = '']) =>
    /pass|pwd|secret|token/i.test(name) ? [value] : [],
  );
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not percent-encoded.
    return text;
  }
}
