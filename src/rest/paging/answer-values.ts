import { withoutRoot } from '../../core/text/field-path.ts';
import { plainText, valueAtPath } from '../../json/path.ts';
import type { Span } from '../../json/scan.ts';
import type { PageAnswer } from '../request/exchange.ts';

const NUMBER = /^"?(\d{1,15})(?:\.0+)?"?$/;

/** Returns a value as JSON, which may span several lines. */
export function jsonAt(answer: PageAnswer, path: string | undefined): string | undefined {
  const value = spanAt(answer, path);
  return value && answer.bytes.toString('utf8', value.start, value.end);
}

/** Returns the text of a JSON string, or any other value as it is written. */
export function textAtPath(answer: PageAnswer, path: string | undefined): string | undefined {
  const value = spanAt(answer, path);
  return value && plainText(answer.bytes, value);
}

function spanAt({ bytes, root }: PageAnswer, path: string | undefined): Span | undefined {
  return path === undefined ? undefined : valueAtPath(bytes, root.start, withoutRoot(path));
}

/** Whether a JSON value is one that APIs use to say that there is no next page. */
export function isNothing(json: string): boolean {
  return /^(null|false|0|""|\[\s*\]|\{\s*\})$/.test(json);
}

/** Whether a JSON value is one that APIs use to say that there are no more records. */
export function saysNo(json: string): boolean {
  return isNothing(json) || /^"(false|no|n|0)"$/i.test(json);
}

/** Whether a JSON value is one that APIs use to say that this is the last page. */
export function saysYes(json: string): boolean {
  return /^(?:true|1|"(?:true|yes|y|1)")$/i.test(json);
}

/** Returns a count, given as JSON or as the text of a header. */
export function numberIn(text: string | undefined): number | undefined {
  const digits = NUMBER.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Returns 105 for `items 0-99/105`. The form `items 0-99/*` has no total, and a range of bytes counts something else. */
export function rangeTotal(header: string | undefined): number | undefined {
  return numberIn(/^(?!\s*bytes\b).*\/\s*(\d+)\s*$/i.exec(header ?? '')?.[1]);
}

/** A number of records or pages that the definition names, by a path in the body or by a header. */
export interface NamedTotal {
  /** The path or the header, as the definition writes it. */
  readonly name: string;
  /** The words for a response without the number; they continue a sentence that begins with the response. */
  readonly missing: string;
  /** @returns undefined if there is no number at that place */
  in(answer: PageAnswer): number | undefined;
}

/** @returns undefined if the definition names neither a path nor a header */
export function namedTotal(path: string | undefined, header: string | undefined): NamedTotal | undefined {
  if (path !== undefined) {
    return {
      name: path,
      missing: `has no number at ${path}`,
      in: (answer) => numberIn(jsonAt(answer, path)),
    };
  }
  if (header === undefined) return undefined;
  const key = header.toLowerCase();
  const countIn = key === 'content-range' ? rangeTotal : numberIn;
  return {
    name: header,
    missing: `has no number in the header ${header}`,
    in: (answer) => countIn(answer.header(key)?.trim()),
  };
}
