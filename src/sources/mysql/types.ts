import type { Column } from '../../pipeline/ports/ports.ts';

/** What the server says of a column of a result. */
export interface MysqlField {
  readonly name: string;
  /** As the protocol numbers types. */
  readonly type: number;
  /** Number of the character set; 63 is binary. */
  readonly characterSet: number;
  readonly flags: number;
  /** MariaDB's own name of the format, such as `json`. */
  readonly format: string | undefined;
}

/** A column, and what makes its values, as the server writes them, have the form of the column's kind. */
export interface MysqlColumn extends Column {
  /** Undefined: they have it already. */
  readonly convert: ((bytes: Buffer) => Buffer) | undefined;
}

const BINARY = 63;
const ZEROFILL = 64;

const KINDS: ReadonlyMap<number, Column['kind']> = new Map([
  [0, 'decimal'],
  [246, 'decimal'],
  [1, 'integer'],
  [2, 'integer'],
  [3, 'integer'],
  [8, 'integer'],
  [9, 'integer'],
  [4, 'float'],
  [5, 'float'],
  [7, 'timestamptz'],
  [10, 'date'],
  [12, 'timestamp'],
  [13, 'integer'],
  [14, 'date'],
  [16, 'integer'],
  [245, 'json'],
  [255, 'bytes'],
]);

const YEAR = 13;
const BIT = 16;
/** The types that are text, or bytes when their character set is binary. */
const STRINGS: ReadonlySet<number> = new Set([15, 249, 250, 251, 252, 253, 254]);

const UTC = Buffer.from('+00');

/**
 * Values come as text, exact, whatever their type; only few must be rewritten. A column with ZEROFILL is text: its zeros are
 * what it is for, and JSON has no such numbers.
 */
export function mysqlColumn({ name, type, characterSet, flags, format }: MysqlField): MysqlColumn {
  const bytes = STRINGS.has(type) && characterSet === BINARY;
  const kind = bytes ? 'bytes' : format === 'json' ? 'json' : (KINDS.get(type) ?? 'text');
  const isNumber = kind === 'integer' || kind === 'decimal' || kind === 'float';
  if (isNumber && (flags & ZEROFILL) !== 0 && type !== YEAR)
    return { name, kind: 'text', convert: undefined };
  const column = { name, kind, convert: converter(type, kind) };
  // JSON of MariaDB is text, which its own json_valid() is not strict about.
  return kind === 'json' ? { ...column, unchecked: true } : column;
}

function converter(type: number, kind: Column['kind']): MysqlColumn['convert'] {
  if (type === BIT) return bitsAsInteger;
  if (type === YEAR) return withoutZeros;
  if (kind === 'timestamptz') return withUtc;
  return kind === 'bytes' ? asHex : undefined;
}

function bitsAsInteger(bytes: Buffer): Buffer {
  return Buffer.from(BigInt(`0x${bytes.toString('hex')}`).toString());
}

/** The year 0000 is a value of its own here, and no number in JSON. */
function withoutZeros(bytes: Buffer): Buffer {
  return Buffer.from(String(Number(bytes.toString('latin1'))));
}

/** The session's time zone is UTC. */
function withUtc(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, UTC]);
}

function asHex(bytes: Buffer): Buffer {
  return Buffer.from(`\\x${bytes.toString('hex')}`, 'latin1');
}
