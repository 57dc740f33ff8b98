import { BridgeError } from '../../core/errors.ts';
import type { DefinitionWords } from '../definition-words.ts';

/** The names and values are not encoded. */
export type Parameters = readonly (readonly [name: string, value: string])[];

/**
 * Returns an address with these query parameters, which replace those of the same names. Other parameters stay unchanged to the
 * letter: an API that signs or compares them would notice if `%20` became `+`.
 */
export function withParameters(url: string, parameters: Parameters): string {
  if (parameters.length === 0) return url;
  const names = new Set(parameters.map(([name]) => name));
  const { place, parts } = splitQuery(url);
  const kept = parts.filter((part) => !names.has(nameOf(part)));
  const added = parameters.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return joinQuery(place, [...kept, ...added]);
}

export function withoutParameter(url: string, name: string): string {
  const { place, parts } = splitQuery(url);
  return joinQuery(
    place,
    parts.filter((part) => nameOf(part) !== name),
  );
}

/**
 * Returns an address with changed values of its query parameters. A parameter that keeps its value stays unchanged to the letter.
 * @param change receives the name and the value, not encoded; undefined removes the parameter
 */
export function mapParameters(
  url: string,
  change: (name: string, value: string) => string | undefined,
): string {
  const { place, parts } = splitQuery(url);
  const changed = parts.flatMap((part) => {
    const value = valueOf(part);
    const next = change(nameOf(part), value);
    if (next === undefined) return [];
    return next === value ? [part] : [`${part.split('=', 1)[0] ?? ''}=${encodeURIComponent(next)}`];
  });
  return joinQuery(place, changed);
}

/** Returns the address of a next page, with the query parameters of the listing's own address that it lacks. */
export function withQueryOf(url: string, original: string): string {
  const { place, parts } = splitQuery(url);
  const names = new Set(parts.map(nameOf));
  const lost = splitQuery(original).parts.filter((part) => !names.has(nameOf(part)));
  return joinQuery(place, [...parts, ...lost]);
}

/** Returns the names of the query parameters of the listing's own address that another address lacks. */
export function missingParameters(url: string, original: string): string[] {
  const names = new Set(splitQuery(url).parts.map(nameOf));
  return splitQuery(original)
    .parts.map(nameOf)
    .filter((name) => !names.has(name));
}

function splitQuery(url: string): { place: string; parts: string[] } {
  const whole = url.replace(/#.*$/s, '');
  const mark = whole.indexOf('?');
  if (mark === -1) return { place: whole, parts: [] };
  const parts = whole.slice(mark + 1).split('&');
  return { place: whole.slice(0, mark), parts: parts.filter((part) => part !== '') };
}

function joinQuery(place: string, parts: readonly string[]): string {
  return parts.length === 0 ? place : `${place}?${parts.join('&')}`;
}

function nameOf(part: string): string {
  return decoded(part.split('=', 1)[0] ?? '');
}

function valueOf(part: string): string {
  const mark = part.indexOf('=');
  return mark === -1 ? '' : decoded(part.slice(mark + 1));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    // The text is not percent-encoded.
    return text;
  }
}

/**
 * Returns the target of a link or a redirect. It must stay on the same origin: credentials are sent with the request, so an
 * attacker who can write a link into a response would receive them. The only exception is `http` instead of `https` on the same
 * host: servers whose TLS ends at a proxy write such links, and they are treated as `https`.
 * @returns undefined for another origin, or for an invalid address
 */
export function sameOriginUrl(link: string, base: string): string | undefined {
  if (!URL.canParse(link, base)) return undefined;
  const from = new URL(base);
  const to = new URL(link, base);
  if (
    to.protocol === 'http:' &&
    from.protocol === 'https:' &&
    to.hostname === from.hostname &&
    to.port === ''
  ) {
    to.protocol = 'https:';
    to.port = from.port;
  }
  if (to.origin !== from.origin || to.username !== '' || to.password !== '') return undefined;
  return to.href;
}

/** Returns the origin of a link for a message; never its path or query, which may contain a token. */
export function originOf(link: string, base: string): string {
  return URL.canParse(link, base) ? new URL(link, base).origin : 'what is no address';
}

/**
 * Returns the address of a listing after the checks that its schema does not make.
 * @throws BridgeError CONNECTOR_INVALID
 */
export function checkedUrl(url: string, { at }: DefinitionWords): string {
  if (URL.canParse(url)) {
    const { username, password, href } = new URL(url);
    if (username === '' && password === '') return href.replace(/#.*$/s, '');
  }
  throw new BridgeError(
    'CONNECTOR_INVALID',
    `${at('url')} is not a valid URL, or contains a user name or password.`,
    {
      hint: 'Write an address such as https://kb.example.com/api/articles, and name credentials with secretRef.',
    },
  );
}
