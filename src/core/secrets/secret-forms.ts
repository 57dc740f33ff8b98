import { decodings } from '../text/decoded-text.ts';
import { printable } from '../text/printable.ts';

/** Shorter values would redact ordinary words; a value of three letters is not a secret. */
const SECRET_LENGTH_MIN = 4;
/** A shorter piece of Base64 would match ordinary words. */
const BASE64_PIECE_LENGTH_MIN = 8;

/**
 * The forms in which a secret may appear in a text: the secret itself, the secrets within it, and each of those as programs
 * encode them. Callers mostly handle the escapes of JSON, HTML and addresses by decoding the text, and letter case too.
 */
export function formsOf(secret: string): ReadonlySet<string> {
  const forms = new Set<string>();
  for (const value of valuesIn(secret)) {
    if (value.length < SECRET_LENGTH_MIN) continue;
    for (const form of encodedForms(value)) if (form.length >= SECRET_LENGTH_MIN) forms.add(form);
  }
  return forms;
}

/** The password in a connection string is a secret by itself. */
function valuesIn(secret: string): string[] {
  const inUrl = [...passwordsOf(secret), ...secretParametersOf(secret)];
  return [secret, secret.trim(), ...inUrl, ...inUrl.map(percentDecoded)];
}

function encodedForms(value: string): string[] {
  const bytes = Buffer.from(value);
  return [
    // A secret that looks encoded is decoded together with the text around it.
    ...decodings(value).map(({ text }) => text),
    printable(value),
    JSON.stringify(value).slice(1, -1),
    new URLSearchParams({ '': value }).toString().slice(1),
    value.replaceAll(' ', '+'),
    // These handle letters whose other case has another length.
    value.toLowerCase(),
    value.toUpperCase(),
    bytes.toString('hex'),
    ...[...base64Forms(bytes)].flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]),
  ];
}

/**
 * Yields the encoding of the value alone and as a part of a longer text, such as `user:password`: there it may start at any of
 * three positions.
 */
function* base64Forms(bytes: Buffer): Generator<string> {
  yield withoutPadding(bytes.toString('base64'));
  for (const before of [0, 1, 2]) {
    const text = withoutPadding(Buffer.concat([Buffer.alloc(before), bytes]).toString('base64'));
    // The first and the last character also depend on the bytes around the value.
    const piece = text.slice(before === 0 ? 0 : before + 1, Math.floor(((before + bytes.length) * 8) / 6));
    if (piece.length >= BASE64_PIECE_LENGTH_MIN) yield piece;
  }
}

function withoutPadding(base64: string): string {
  const end = base64.indexOf('=');
  return end < 0 ? base64 : base64.slice(0, end);
}

/** A password that was not encoded may contain an `@`, and so may the text after it: every interpretation is included. */
function passwordsOf(url: string): string[] {
  const start = /^[a-z][a-z0-9+.-]*:\/\/[^:/?#]*:/i.exec(url)?.[0].length;
  if (start === undefined) return [];
  const ends = [...url.slice(start).matchAll(/@/g)].map(({ index }) => start + index);
  return ends.filter((end) => end > start).map((end) => url.slice(start, end));
}

/** Finds `?password=…` and similar parameters, which drivers also accept. */
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
    // The text is not percent-encoded.
    return text;
  }
}
