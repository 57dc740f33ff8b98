import type { PlainValue } from './yaml-edit.ts';
import { keyText, quotedText, scalarText, type Scalar } from './scalar-text.ts';

/** How new lines of a text are indented. */
export interface LineStyle {
  /** Columns of a nested mapping. */
  readonly step: number;
  /** Columns of the dashes of a list that is nested in a mapping. */
  readonly dashStep: number;
  /** Texts in double quotes only. */
  readonly quoted?: boolean;
}

/** A value that follows after a colon or a dash: its part of that line, and the lines that follow. */
export interface ValueLines {
  readonly inline: string;
  readonly lines: readonly string[];
}

export function isScalar(value: PlainValue): value is Scalar {
  return typeof value !== 'object' || value === null;
}

export function isList(value: PlainValue): value is readonly PlainValue[] {
  return Array.isArray(value);
}

/** @param indent the column of the key that the value belongs to */
export function valueLines(value: PlainValue, indent: number, style: LineStyle): ValueLines {
  if (isScalar(value)) return scalarLines(value, indent, style);
  if (isList(value)) {
    if (value.length === 0) return { inline: '[]', lines: [] };
    return { inline: '', lines: value.flatMap((item) => itemLines(item, indent + style.dashStep, style)) };
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return { inline: '{}', lines: [] };
  return {
    inline: '',
    lines: entries.flatMap(([key, item]) => entryLines(key, item, indent + style.step, style)),
  };
}

/** The lines of a new key of a block mapping. */
export function entryLines(key: string, value: PlainValue, indent: number, style: LineStyle): string[] {
  const { inline, lines } = valueLines(value, indent, style);
  return [`${' '.repeat(indent)}${keyText(key)}:${inline === '' ? '' : ` ${inline}`}`, ...lines];
}

/**
 * The lines of a new item of a block list.
 * @param gap the blanks after the dash
 */
export function itemLines(value: PlainValue, indent: number, style: LineStyle, gap = ' '): string[] {
  const dash = `${' '.repeat(indent)}-${gap}`;
  if (isScalar(value)) {
    const { inline, lines } = scalarLines(value, indent, style);
    return [`${dash}${inline}`, ...lines];
  }
  if (isList(value) || Object.keys(value).length === 0) return [`${dash}${flowText(value)}`];
  const lines = Object.entries(value).flatMap(([key, item]) => entryLines(key, item, dash.length, style));
  const [first = '', ...others] = lines;
  return [`${dash}${first.slice(dash.length)}`, ...others];
}

/** A value in one line, as it is written inside a flow collection. */
export function flowText(value: PlainValue): string {
  if (isScalar(value)) return scalarText(value, { isFlow: true, blockStep: 0 }).inline;
  if (isList(value)) return `[${value.map(flowText).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${keyText(key)}: ${flowText(item)}`)
    .join(', ')}}`;
}

function scalarLines(value: Scalar, indent: number, style: LineStyle): ValueLines {
  const { step } = style;
  const { inline, lines = [] } =
    style.quoted === true ? quotedText(value) : scalarText(value, { isFlow: false, blockStep: step });
  return { inline, lines: lines.map((line) => (line === '' ? '' : `${' '.repeat(indent + step)}${line}`)) };
}
