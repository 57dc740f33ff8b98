import { toValue, type FilterImplOptions } from 'liquidjs';
import { TemplateFailure } from './template-failure.ts';
import type { UriPiece } from './uri-text.ts';

/**
 * The engine renders a link as one text, in which values must be distinguished from the template's own text. So each value is
 * between markers. These are lone surrogates, which cannot occur in source text, because it is decoded from UTF-8.
 */
const OPENING = '\uDC00';
const CLOSING = '\uDC01';
/** Precedes text that a filter of the template encoded: it is already a part of a URL. */
const ENCODED = '\uDC02';
const MARK = /[\uDC00-\uDC02]/u;
const MARKS = /[\uDC00-\uDC02]/gu;
const MARKED_VALUE = /\uDC00([^\uDC00\uDC01]*)\uDC01/u;
/** Half of a character that a filter cut: a high surrogate would form a pair with the marker after it. */
const HALVES = /\p{Surrogate}/gu;

/** The function for the engine's option `outputEscape`. */
export function markValue(value: unknown): string {
  const text = textOf(value);
  // Captured text has its own markers, and encoded text is not encoded twice.
  if (text === '' || MARK.test(text)) return text;
  return `${OPENING}${text.replace(HALVES, '\uFFFD')}${CLOSING}`;
}

/** Wraps a filter such as `url_encode`, whose result is not encoded again. */
export function encodingFilter(filter: FilterImplOptions): FilterImplOptions {
  if (typeof filter !== 'function') throw new TypeError('this filter of LiquidJS is not a function');
  return function (value: unknown, ...options: unknown[]): unknown {
    const encoded: unknown = filter.call(this, withoutMarks(textOf(value)), ...options);
    return `${ENCODED}${String(encoded)}`;
  };
}

/** The pieces of a rendered link, in order. */
export function piecesOf(rendered: string): UriPiece[] {
  // Splitting by a pattern with one group puts the template's own text at even indexes and the values at odd ones.
  const pieces = rendered.split(MARKED_VALUE).map((text, index): UriPiece => {
    const plain = withoutMarks(text);
    return index % 2 === 0 ? { literal: plain } : { value: plain };
  });
  return pieces.filter((piece) => 'value' in piece || piece.literal !== '');
}

function withoutMarks(text: string): string {
  return text.replace(MARKS, '');
}

/** The text of a value, as the engine writes it. @throws TemplateFailure for an object, which cannot be part of a link */
function textOf(value: unknown): string {
  const plain: unknown = toValue(value);
  if (plain === null || plain === undefined) return '';
  if (Array.isArray(plain)) return plain.map(textOf).join('');
  if (typeof plain === 'string') return plain;
  if (typeof plain === 'number' || typeof plain === 'boolean') return String(plain);
  throw TemplateFailure.uri('its link has an object in it');
}
