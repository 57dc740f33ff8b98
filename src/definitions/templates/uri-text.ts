import { TemplateFailure } from './template-failure.ts';

/** A part of a link: text of the template, which is part of a URL, or a value of the row. */
export type UriPiece = { readonly literal: string } | { readonly value: string };

/** The position of a value, which decides which of its characters would have another meaning there. */
export type UriPlace = 'host' | 'path' | 'query';

const UNRESERVED = 'A-Za-z0-9._~\\-';

/**
 * Sequences of characters that are encoded in a value. NUL is not: a row with NUL is set aside, and the link must not hide it. A
 * path keeps its slashes. `&` and `'` are encoded everywhere, because links end up in HTML.
 */
const ENCODED: Readonly<Record<UriPlace, RegExp>> = {
  host: new RegExp(`[^\\0${UNRESERVED}!$()*+,;=:]+`, 'g'),
  path: new RegExp(`[^\\0${UNRESERVED}!$()*+,;=:@/]+`, 'g'),
  query: new RegExp(`[^\\0${UNRESERVED}!$()*,;=:@/?]+`, 'g'),
};

/** Characters that cannot be in a URL: all except reserved and unreserved characters, and a `%` that does not begin a `%XX`. */
const NOT_OF_A_URL = /%(?![0-9A-Fa-f]{2})|[^\0%A-Za-z0-9._~:/?#[\]@!$&'()*+,;=-]+/g;
const LONE_SURROGATE = /\p{Surrogate}/gu;

const SCHEME = /^[a-z][a-z\d+.-]*:/i;
/** Schemes that execute or show the content of the link itself when it is clicked. */
const DANGEROUS = /^(?:javascript|vbscript|data|blob|filesystem|view-source):/i;
/** A literal with a host and the character after it: everything that follows is in its path, query or fragment. */
const WITH_HOST = /^https?:\/\/[^/?#]+[/?#]/i;
const AFTER_SLASHES = /^(?:[a-z][a-z\d+.-]*:)?\/\/$/i;
const IN_HOST = /^(?:[a-z][a-z\d+.-]*:)?\/\/[^/]*$/i;
const REST_OF_URL = /^[/?#:]/;

/** A value, percent-encoded for its position. */
export function encodeValue(value: string, place: UriPlace): string {
  return value.replace(ENCODED[place], encode);
}

/** A table with one entry per byte: 1 if a value at that position keeps it. */
export function keptBytes(place: UriPlace): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => {
    const character = String.fromCharCode(byte);
    return byte > 0 && byte < 0x80 && encodeValue(character, place) === character ? 1 : 0;
  });
}

/**
 * Builds a link from its pieces. Text of the template, and a value that is itself a URL, keep the characters that have a meaning
 * in URLs and each valid `%XX`; other values are encoded for their position.
 * @throws TemplateFailure URI_INVALID for a refused scheme, and for a result that is not a URL
 */
export function uriOf(pieces: readonly UriPiece[]): string {
  let uri = '';
  pieces.forEach((piece, index) => {
    const next = pieces[index + 1];
    if ('literal' in piece) {
      uri += literalText(piece.literal, { first: uri === '', last: next === undefined });
    } else {
      uri += valueText(piece.value, uri, next);
    }
  });
  requireUri(uri);
  return uri;
}

/** A part of a template in which the position of every value is known without a row. */
export type PlacedPart = { readonly literal: string } | { readonly field: string; readonly place: UriPlace };

/** The parts of a template that begins with `https://host/`; undefined for other templates. */
export function placedParts(
  parts: readonly ({ readonly text: string } | { readonly field: string })[],
): readonly PlacedPart[] | undefined {
  let before = '';
  const placed = parts.map((part, index): PlacedPart => {
    if ('field' in part) return { field: part.field, place: placeAfter(before) ?? 'path' };
    const literal = literalText(part.text, { first: index === 0, last: index === parts.length - 1 });
    before += literal;
    return { literal };
  });
  const [first] = placed;
  const known = first !== undefined && 'literal' in first && WITH_HOST.test(first.literal);
  return known && URL.canParse(first.literal) ? placed : undefined;
}

/** Removes line breaks and tabs, as every URL parser does, and blanks at both ends. */
function literalText(text: string, { first, last }: { first: boolean; last: boolean }): string {
  const oneLine = text.replace(/[\t\r\n]+/g, '');
  const start = first ? oneLine.trimStart() : oneLine;
  return keep(last ? start.trimEnd() : start);
}

function valueText(value: string, before: string, next: UriPiece | undefined): string {
  const place = placeAfter(before);
  if (place !== undefined && place !== 'host') return encodeValue(value, place);
  const trimmed = value.trim();
  if (place === 'host') return REST_OF_URL.test(trimmed) ? keep(trimmed) : encodeValue(trimmed, 'host');
  if (before === '') {
    const isUrl = SCHEME.test(trimmed) || REST_OF_URL.test(trimmed);
    return isUrl ? keep(trimmed) : encodeValue(value, 'path');
  }
  const endsHost = next === undefined || ('literal' in next && REST_OF_URL.test(next.literal.trim()));
  return endsHost ? keep(trimmed) : encodeValue(trimmed, 'host');
}

/** Undefined where a value may be a URL, or all of a URL after its scheme. */
function placeAfter(uri: string): UriPlace | undefined {
  if (/[?#]/.test(uri)) return 'query';
  if (uri === '' || AFTER_SLASHES.test(uri)) return undefined;
  return IN_HOST.test(uri) ? 'host' : 'path';
}

function keep(text: string): string {
  return text.replace(NOT_OF_A_URL, encode);
}

function encode(text: string): string {
  // encodeURIComponent does not encode the apostrophe.
  return encodeURIComponent(text.replace(LONE_SURROGATE, '\uFFFD')).replaceAll("'", '%27');
}

function requireUri(uri: string): void {
  const fault = uriFault(uri);
  if (fault !== undefined) throw TemplateFailure.uri(`its link ${fault}`);
}

/**
 * The reason why a link is not published. The link is parsed like in a browser: without line breaks and tabs, and without blanks
 * and control characters at its start.
 * @returns the rest of a sentence that begins with the name of the link; undefined if it can be published
 */
export function uriFault(uri: string): string | undefined {
  const read = uri.replaceAll(/[\t\r\n]+/g, '').replace(/^[^!-\uFFFF]+/, '');
  const [refused] = DANGEROUS.exec(read) ?? [];
  if (refused !== undefined) return `begins with ${refused.toLowerCase()}, which is not published`;
  return SCHEME.test(read) && !URL.canParse(read) ? 'is not a valid URL' : undefined;
}
