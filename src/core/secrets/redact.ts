import { decodings, type DecodedText } from '../text/decoded-text.ts';
import { REDACTED_TOKENS_MAX } from '../limits.ts';
import { recognisedSecrets } from './recognised-secrets.ts';
import { formsOf } from './secret-forms.ts';
import { revealsSecret } from './secret-parts.ts';

const REDACTED = '[redacted]';
/** From this length on, a secret is matched in any letter case; a shorter one would redact ordinary words. */
const ANY_CASE_LENGTH_MIN = 8;
/** From this length on, a secret is matched even with blanks and line breaks in it, as in wrapped lines. */
const FOLDED_LENGTH_MIN = 16;

/**
 * Remembers secret values and removes them from text, in every form in which they are likely to appear; it also removes unknown
 * text that looks like a secret. It is the last line of defence, not the first: messages are built without secrets, and this
 * catches the secrets in messages of a driver or a server.
 */
export interface Redactor {
  /** Adds a value, and every part of it that is a secret by itself. Adding it again costs nothing. */
  add(secret: string): void;
  /** Adds a short-lived value. It is forgotten after `REDACTED_TOKENS_MAX` newer ones. */
  addToken(token: string): void;
  redact(text: string): string;
  /** Whether a text reveals one of the values or a part of it, so that it must not be stored. */
  isGivenAwayBy(text: string): boolean;
}

/** The forms of one secret, by the way to search for them. */
interface Needles {
  readonly exact: readonly string[];
  readonly anyCase: readonly string[];
  readonly folded: readonly string[];
}

/** A part of a text: the offsets of its start and its end. */
type Span = readonly [start: number, end: number];

/** @param wider also gets every value; for example the redactor of the whole run */
export function createRedactor(wider?: Pick<Redactor, 'add' | 'addToken'>): Redactor {
  const secrets = new Map<string, Needles>();
  const tokens = new Map<string, Needles>();
  return {
    add(secret) {
      wider?.add(secret);
      if (!secrets.has(secret)) secrets.set(secret, needlesOf(secret));
    },
    addToken(token) {
      wider?.addToken(token);
      if (tokens.has(token)) return;
      const [oldest] = tokens.keys();
      if (tokens.size >= REDACTED_TOKENS_MAX && oldest !== undefined) tokens.delete(oldest);
      tokens.set(token, needlesOf(token));
    },
    redact(text) {
      const all = [...secrets.values(), ...tokens.values()];
      const spans = decodings(text).flatMap((decoding) => [
        ...spansIn(decoding, all),
        ...recognisedSpans(decoding),
      ]);
      return spans.length === 0 ? text : without(text, spans);
    },
    isGivenAwayBy(text) {
      return revealsSecret(text, [...secrets.keys(), ...tokens.keys()]);
    },
  };
}

function needlesOf(secret: string): Needles {
  const forms = [...formsOf(secret)];
  const long = (least: number, change: (form: string) => string) => [
    ...new Set(forms.map(change).filter((form) => form.length >= least)),
  ];
  return {
    exact: forms.filter((form) => form.length < ANY_CASE_LENGTH_MIN),
    anyCase: long(ANY_CASE_LENGTH_MIN, lowerCase),
    folded: long(FOLDED_LENGTH_MIN, (form) => lowerCase(form).replaceAll(/\s/g, '')),
  };
}

function spansIn(decoding: DecodedText, all: readonly Needles[]): Span[] {
  if (all.length === 0) return [];
  const lower = lowerCase(decoding.text);
  const folded = foldedText(lower);
  const spans: Span[] = [];
  const find = (text: string, needles: readonly string[], place: (unit: number) => number) => {
    for (const needle of needles) {
      for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + 1)) {
        spans.push([decoding.start(place(at)), decoding.end(place(at + needle.length - 1))]);
      }
    }
  };
  for (const needles of all) {
    find(decoding.text, needles.exact, (unit) => unit);
    find(lower, needles.anyCase, (unit) => unit);
    if (folded !== undefined) find(folded.text, needles.folded, (unit) => folded.places[unit] ?? 0);
  }
  return spans;
}

function recognisedSpans(decoding: DecodedText): Span[] {
  return recognisedSecrets(decoding.text).map(({ start, end }) => [
    decoding.start(start),
    decoding.end(end - 1),
  ]);
}

/** A text without blanks and line breaks; undefined when it contains none. */
function foldedText(text: string) {
  if (!/\s/.test(text)) return undefined;
  const places: number[] = [];
  for (const match of text.matchAll(/\S/g)) places.push(match.index);
  return { text: text.replaceAll(/\s/g, ''), places };
}

/**
 * Converts each unit separately outside of ASCII, so that offsets stay the same and no unit depends on its neighbours, as a final
 * sigma does.
 */
function lowerCase(text: string): string {
  // eslint-disable-next-line no-control-regex -- all of ASCII
  if (/^[\u0000-\u007F]*$/.test(text)) return text.toLowerCase();
  return Array.from({ length: text.length }, (_, unit) => {
    const changed = text.charAt(unit).toLowerCase();
    return changed.length === 1 ? changed : text.charAt(unit);
  }).join('');
}

function without(text: string, spans: readonly Span[]): string {
  // A JSON escape is removed as a whole: half of one would make the line invalid.
  const escapes = [...text.matchAll(/\\(?:u[0-9A-Fa-f]{4}|.)/gs)].map((match): Span => [
    match.index,
    match.index + match[0].length,
  ]);
  const whole = spans.map(([start, end]): Span => {
    const first = escapes.find((escape) => escape[0] < start && start < escape[1]);
    const last = escapes.find((escape) => escape[0] < end && end < escape[1]);
    return [first?.[0] ?? start, last?.[1] ?? end];
  });
  let clean = '';
  let at = 0;
  let removed = 0;
  for (const [start, end] of whole.sort((left, right) => left[0] - right[0])) {
    if (removed === 0 || start > removed) clean += `${text.slice(at, start)}${REDACTED}`;
    removed = Math.max(removed, end);
    at = removed;
  }
  return clean + text.slice(at);
}
