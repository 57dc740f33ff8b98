import { BridgeError } from '../../core/errors.ts';
import type { Column, ColumnKind } from '../../pipeline/ports/ports.ts';
import { float32Text } from '../sql/float-text.ts';

/** A column of a query, as `sp_describe_first_result_set` reports it. */
export interface MssqlField {
  readonly name: string;
  /** The type name, such as `decimal(38,10)`; empty for types of the CLR. */
  readonly typeName: string;
}

export interface MssqlColumn extends Column {
  /** The type in which the server sends the column. */
  readonly sentAs: string;
  /** The type with which a watermark of this column is declared. */
  readonly declaredAs: string;
  /** Converts a value of the driver to the form of the column's kind. @throws BridgeError SOURCE_REFUSED */
  readonly text: (value: unknown) => string;
}

type Rule = readonly [kind: ColumnKind, sentAs: string, text: (value: unknown, scale: number) => string];

/** The number of decimal digits that a float holds exactly. The driver converts decimals to floats. */
const EXACT_DIGITS = 15;
/** The limit for `money`, which the driver divides by 10,000: digits would be lost above it. */
const EXACT_MONEY_MAX = Number.MAX_SAFE_INTEGER / 10_000;
const MONEY_SCALE = 4;
const TICKS_PER_MS = 10_000;
const TICK_DIGITS = 7;

const asText = (value: unknown): string => String(value);

/**
 * The rules by type name. Text of a code page is sent as Unicode, so that this program needs no code pages. Decimals that a
 * float cannot hold are sent as text.
 */
const RULES: Readonly<Record<string, Rule>> = {
  bit: ['boolean', 'bit', (value) => (value === true ? 't' : 'f')],
  tinyint: ['integer', 'tinyint', asText],
  smallint: ['integer', 'smallint', asText],
  int: ['integer', 'int', asText],
  bigint: ['integer', 'bigint', asText],
  float: ['float', 'float', asText],
  real: ['float', 'real', (value) => float32Text(Number(value))],
  money: ['decimal', 'money', moneyText],
  smallmoney: ['decimal', 'smallmoney', moneyText],
  date: ['date', 'date', (value) => dateOf(value)],
  smalldatetime: ['timestamp', 'smalldatetime', (value) => `${dateOf(value)} ${timeOf(value, 0)}`],
  datetime: ['timestamp', 'datetime', (value) => `${dateOf(value)} ${timeOf(value, 3)}`],
  uniqueidentifier: ['text', 'uniqueidentifier', asText],
  xml: ['text', 'xml', asText],
  text: ['text', 'nvarchar(max)', asText],
  ntext: ['text', 'nvarchar(max)', asText],
  image: ['bytes', 'varbinary(max)', hexOf],
  timestamp: ['bytes', 'binary(8)', hexOf],
};

/**
 * A datetime is parsed from text by the rules of the login's language, a datetime2 is not; the lowest integer fits in a bigint.
 */
const DECLARED_AS: Partial<Record<ColumnKind, string>> = { timestamp: 'datetime2(7)', integer: 'bigint' };

/** @throws BridgeError NOT_SUPPORTED for a type without a text form */
export function mssqlColumn({ name, typeName }: MssqlField): MssqlColumn {
  const { type, size } = partsOf(typeName);
  const make = (rule: Rule, scale = 0, declaredAs = rule[1]): MssqlColumn => {
    const [kind, sentAs, text] = rule;
    return { name, kind, sentAs, declaredAs, text: (value) => text(value, scale) };
  };
  switch (type) {
    case 'decimal':
    case 'numeric':
      return decimalColumn(name, size);
    case 'time':
      return make(['text', typeName, timeOf], scaleOf(size));
    case 'datetime2':
      return make(
        ['timestamp', typeName, (value, scale) => `${dateOf(value)} ${timeOf(value, scale)}`],
        scaleOf(size),
      );
    case 'datetimeoffset':
      return make(
        ['timestamptz', typeName, (value, scale) => `${dateOf(value)} ${timeOf(value, scale)}+00`],
        scaleOf(size),
      );
    case 'char':
    case 'varchar':
    case 'nchar':
    case 'nvarchar':
    case 'sysname':
      return make(['text', unicodeType(type, size), asText]);
    case 'binary':
    case 'varbinary':
      return make(['bytes', typeName, hexOf]);
  }
  const rule = RULES[type];
  if (rule === undefined) throw unsupported(name, typeName);
  return make(rule, 0, DECLARED_AS[rule[0]] ?? rule[1]);
}

function decimalColumn(name: string, size: string): MssqlColumn {
  const [precision = 18, scale = 0] = size.split(',').map(Number);
  const exact = precision <= EXACT_DIGITS;
  return {
    name,
    kind: 'decimal',
    sentAs: exact ? `decimal(${precision},${scale})` : 'varchar(41)',
    declaredAs: `decimal(38,${scale})`,
    text: (value) => (typeof value === 'number' ? value.toFixed(scale) : String(value)),
  };
}

function partsOf(typeName: string): { readonly type: string; readonly size: string } {
  const [, type = '', size = ''] = /^(\w+)(?:\(([^)]*)\))?$/.exec(typeName.trim()) ?? [];
  return { type: type.toLowerCase(), size };
}

function scaleOf(size: string): number {
  return size === '' ? TICK_DIGITS : Number(size);
}

/** The largest length that `nvarchar` may have without being `max`. */
const NVARCHAR_MAX = 4_000;

function unicodeType(type: string, size: string): string {
  if (type === 'sysname') return 'nvarchar(128)';
  return size === 'max' || Number(size) > NVARCHAR_MAX ? 'nvarchar(max)' : `nvarchar(${size})`;
}

/** The driver's dates are in UTC. The text is built by hand, because `toISOString` takes three times as long. */
function dateOf(value: unknown): string {
  const date = asDate(value);
  const year = String(date.getUTCFullYear()).padStart(4, '0');
  return `${year}-${twoDigits(date.getUTCMonth() + 1)}-${twoDigits(date.getUTCDate())}`;
}

/** Writes as many fractional digits of the second as the type has. */
function timeOf(value: unknown, digits: number): string {
  const date = asDate(value);
  const minute = `${twoDigits(date.getUTCHours())}:${twoDigits(date.getUTCMinutes())}`;
  const time = `${minute}:${twoDigits(date.getUTCSeconds())}`;
  if (digits === 0) return time;
  // The driver stores the part below a millisecond separately, in seconds.
  const below = 'nanosecondsDelta' in date ? Number(date.nanosecondsDelta) : 0;
  const ticks = date.getUTCMilliseconds() * TICKS_PER_MS + Math.round(below * 1_000 * TICKS_PER_MS);
  return `${time}.${ticks.toString().padStart(TICK_DIGITS, '0').slice(0, digits)}`;
}

function twoDigits(part: number): string {
  return part < 10 ? `0${part}` : String(part);
}

function asDate(value: unknown): Date {
  if (value instanceof Date) return value;
  throw new BridgeError('INTERNAL', `The driver gave ${typeof value} for a date.`);
}

function hexOf(value: unknown): string {
  return Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : '';
}

function moneyText(value: unknown): string {
  const amount = Number(value);
  if (Math.abs(amount) <= EXACT_MONEY_MAX) return amount.toFixed(MONEY_SCALE);
  throw new BridgeError('SOURCE_REFUSED', 'A value of type money is too large to be read exactly.', {
    hint: `Beyond ${EXACT_MONEY_MAX.toFixed(MONEY_SCALE)}, CAST the column to decimal(19,4) in spec.source.query.`,
  });
}

function unsupported(name: string, typeName: string): BridgeError {
  return new BridgeError(
    'NOT_SUPPORTED',
    `The column ${name} is of type ${typeName === '' ? 'one of the CLR' : typeName}, which has no text of its own.`,
    { hint: 'Convert it in spec.source.query, with CAST or with a method of the type such as .ToString().' },
  );
}
