import { TemplateFailure } from '../../definitions/templates/template-failure.ts';
import { BridgeError } from '../../core/errors.ts';
import { parseArrayLiteral, type ArrayItem } from '../bytes/array-literal.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { byteAt, itemAt } from '../document/in-range.ts';
import { parseForTemplate } from '../json/json-value.ts';
import type { Column, ColumnKind } from '../ports/ports.ts';
import type { RowCursor } from '../document/row-cursor.ts';
import { textWriter } from '../document/values.ts';

/** A compiled `{{ field }}` template, as `connector/templates.ts` makes it. */
export interface Template {
  readonly variables: readonly string[];
  /** Set when the template has only text and plain `{{ name }}`: then it is rendered as bytes, without the engine. */
  readonly plain: readonly ({ readonly text: string } | { readonly field: string })[] | undefined;
  /**
   * @throws TemplateFailure for an undefined variable, Error for a filter that fails, BridgeError for an error that affects every
   * row
   */
  render(scope: Readonly<Record<string, unknown>>): string;
}

export type PlainParts = NonNullable<Template['plain']>;

interface WriteFailure {
  readonly code: TemplateFailure['code'] | 'TEMPLATE_FAILED';
  readonly reason: string;
}

/** Writes a template's text for a row; on failure, the bytes written so far are invalid. */
export type TemplateWriter = (row: RowCursor, out: ByteWriter) => WriteFailure | undefined;

type MakeWriter<T> = (
  template: T,
  columns: readonly Column[],
  columnOf: (name: string) => number,
) => TemplateWriter;

const QUOTE = 0x22;
const SPACE = 0x20;
/** The first bytes of JSON that is written unchanged, apart from a string's quotation marks and escapes. */
const SCALAR_STARTS = new Set(Buffer.from('"-0123456789tf'));

/** @param columnOf returns the index of a column that is known to exist, by name */
export function templateWriter(
  template: Template,
  columns: readonly Column[],
  columnOf: (name: string) => number,
): TemplateWriter {
  return writerFor(template, columns, columnOf, plainWriter);
}

/** @param makePlain returns a writer of plain parts that matches how the engine renders them */
export function writerFor(
  template: Template,
  columns: readonly Column[],
  columnOf: (name: string) => number,
  makePlain: MakeWriter<PlainParts>,
): TemplateWriter {
  const engine = engineWriter(template, columns, columnOf);
  const used = template.variables.map(columnOf);
  const isOfKind = (kind: ColumnKind) => (column: number) => itemAt(columns, column).kind === kind;
  if (template.plain === undefined || used.some(isOfKind('array'))) return engine;
  const plain = makePlain(template.plain, columns, columnOf);
  const json = used.filter(isOfKind('json'));
  if (json.length === 0) return plain;
  // Only the engine can render an array or an object. Most values are neither, and without the engine a push of mapped events
  // takes two thirds of the time.
  return (row, out) => (json.every((column) => isScalar(row, column)) ? plain(row, out) : engine(row, out));
}

/** Whether a JSON value is missing, or is a string, a number or a boolean without blanks around it. */
function isScalar(row: RowCursor, column: number): boolean {
  const length = row.length(column);
  if (length <= 0) return true;
  const start = row.start(column);
  const first = byteAt(row.bytes, start);
  const last = byteAt(row.bytes, start + length - 1);
  return SCALAR_STARTS.has(first) && (first === QUOTE ? last === QUOTE : last > SPACE);
}

function plainWriter(
  parts: PlainParts,
  columns: readonly Column[],
  columnOf: (name: string) => number,
): TemplateWriter {
  const steps = parts.map((part) => {
    if ('text' in part) return { literal: Buffer.from(part.text), column: -1, write: textWriter('text') };
    const column = columnOf(part.field);
    return { literal: undefined, column, write: textWriter(itemAt(columns, column).kind) };
  });
  return (row, out) => {
    for (const { literal, column, write } of steps) {
      if (literal !== undefined) {
        out.raw(literal);
        continue;
      }
      if (row.isAbsent(column)) return missing(itemAt(columns, column).name);
      const length = row.length(column);
      const start = row.start(column);
      if (length > 0) write(out, row.bytes, start, start + length);
    }
    return undefined;
  };
}

function engineWriter(
  template: Template,
  columns: readonly Column[],
  columnOf: (name: string) => number,
): TemplateWriter {
  const fields = template.variables.map((name) => ({ name, column: columnOf(name) }));
  return (row, out) => {
    const scope: Record<string, unknown> = {};
    for (const { name, column } of fields) {
      if (row.isAbsent(column)) continue;
      scope[name] = row.isNull(column) ? null : scopeValue(row, column, itemAt(columns, column));
    }
    try {
      out.utf8(template.render(scope));
    } catch (thrown) {
      return failureOf(thrown);
    }
    return undefined;
  };
}

/** @throws BridgeError if `thrown` is one, because it affects all rows */
export function failureOf(thrown: unknown): WriteFailure {
  if (thrown instanceof BridgeError) throw thrown;
  if (thrown instanceof TemplateFailure) return { code: thrown.code, reason: thrown.reason };
  return { code: 'TEMPLATE_FAILED', reason: thrown instanceof Error ? thrown.message : String(thrown) };
}

/** Adds the name of the template that failed, before the line and the reason: `contentTemplate line 3: …`. */
export function inTemplate(name: string, failed: WriteFailure | undefined): WriteFailure | undefined {
  if (failed?.code !== 'TEMPLATE_FAILED') return failed;
  const { code, reason } = failed;
  const placed = reason.replace(/^(.*), line:(\d+), col:\d+$/s, 'line $2: $1');
  return { code, reason: placed === reason ? `${name}: ${reason}` : `${name} ${placed}` };
}

export function missing(name: string): WriteFailure {
  const { code, reason } = TemplateFailure.missing(name);
  return { code, reason };
}

function scopeValue(row: RowCursor, column: number, { kind, element }: Column): unknown {
  if (kind === 'array')
    return parseArrayLiteral(row.text(column)).map((item) => arrayValue(item, element ?? 'text'));
  const start = row.start(column);
  return valueOf(kind, row.bytes, start, start + row.length(column));
}

function arrayValue(item: ArrayItem, kind: ColumnKind): unknown {
  if (item === null) return null;
  if (typeof item !== 'string') return item.map((inner) => arrayValue(inner, kind));
  const bytes = Buffer.from(item);
  return valueOf(kind, bytes, 0, bytes.length);
}

/**
 * Numbers that a double cannot represent stay text: a template prints them exactly, and arithmetic on them must not lose digits.
 */
function valueOf(kind: ColumnKind, bytes: Buffer, start: number, end: number): unknown {
  const out = new ByteWriter(end - start + 8);
  if (kind === 'json') return parseForTemplate(bytes.toString('utf8', start, end));
  textWriter(kind)(out, bytes, start, end);
  const text = out.bytes.toString('utf8', 0, out.length);
  if (kind === 'boolean') return text === 'true';
  if (kind === 'integer' && Number.isSafeInteger(Number(text))) return Number(text);
  return text;
}
