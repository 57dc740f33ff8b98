import { constructFromEvents, parseEvents, YAMLException } from 'js-yaml';
import type { ScalarNode } from './yaml-nodes.ts';

export type Scalar = null | boolean | number | string;

/** A text of one line, and the lines of a block text that follow after it, without indentation. */
export interface ScalarText {
  readonly inline: string;
  readonly lines?: readonly string[];
}

/** Where a scalar is written. */
export interface ScalarPlace {
  readonly isFlow: boolean;
  /** The style of the scalar that is replaced. */
  readonly style?: ScalarNode['style'];
  /** Columns between the parent and the lines of a block text, for its indentation indicator. */
  readonly blockStep: number;
}

/** A plain text that starts with one of these has, or had in an older version of YAML, another meaning. */
const INDICATOR = /^[[\]{}*&!#%@`|>'",]/;
/** Characters that a plain, single-quoted or literal text cannot have, or that an editor does not show. */
// eslint-disable-next-line no-control-regex -- the control characters are the ones to find
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Cs}/u;

/** The YAML of a scalar, in the style of the scalar that it replaces if that style can express it. */
export function scalarText(value: Scalar, place: ScalarPlace): ScalarText {
  if (typeof value !== 'string') return { inline: numberText(value) };
  const { style } = place;
  const isBlock = style === 'literal' || style === 'folded' || value.includes('\n');
  const literal = isBlock && !place.isFlow ? literalText(value, place.blockStep) : undefined;
  if (literal !== undefined) return literal;
  if (style === 'double' || UNPRINTABLE.test(value) || /[\n\t]/.test(value))
    return { inline: doubleQuoted(value) };
  if (style === 'single') return { inline: `'${value.replaceAll("'", "''")}'` };
  return { inline: isPlain(value, place.isFlow) ? value : doubleQuoted(value) };
}

/** The same in double quotes, which can express every string in every place. */
export function quotedText(value: Scalar): ScalarText {
  return { inline: typeof value === 'string' ? doubleQuoted(value) : numberText(value) };
}

/** A key of a mapping. */
export function keyText(key: string): string {
  const isSimple = /^[\w$./-]+$/.test(key) && isPlain(key, true);
  return isSimple ? key : doubleQuoted(key);
}

function numberText(value: null | boolean | number): string {
  if (value === Infinity) return '.inf';
  if (value === -Infinity) return '-.inf';
  if (Number.isNaN(value)) return '.nan';
  if (Object.is(value, -0)) return '-0.0';
  return String(value);
}

/** JSON escapes are YAML escapes. The characters that JSON leaves are escaped as well. */
function doubleQuoted(value: string): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** Whether the text without quotes is read as this string, alone and in its place. */
function isPlain(value: string, isFlow: boolean): boolean {
  if (value === '' || INDICATOR.test(value) || value !== value.trim()) return false;
  const source = isFlow ? `[${value}]` : `k: ${value}\n`;
  const read = readSmall(source);
  if (isFlow) return Array.isArray(read) && read.length === 1 && read[0] === value;
  return (
    typeof read === 'object' &&
    read !== null &&
    Object.keys(read).length === 1 &&
    Reflect.get(read, 'k') === value
  );
}

function readSmall(source: string): unknown {
  try {
    return constructFromEvents(parseEvents(source, {}), { source })[0];
  } catch (thrown) {
    if (thrown instanceof YAMLException) return undefined;
    throw thrown;
  }
}

/** @returns undefined if a literal block cannot express the value */
function literalText(value: string, step: number): ScalarText | undefined {
  if (UNPRINTABLE.test(value) || value.trim() === '' || step < 1 || step > 9) return undefined;
  const ends = /\n*$/.exec(value.slice(-2))?.[0].length ?? 0;
  const chomping = ['-', '', '+'][ends] ?? '+';
  const lines = (ends === 0 ? value : value.slice(0, -1)).split('\n');
  const first = lines.find((line) => line !== '') ?? '';
  const indicator = /^\s/.test(first) ? String(step) : '';
  return { inline: `|${indicator}${chomping}`, lines };
}
