import type { Column } from '../../pipeline/ports/ports.ts';

/** A column of a result, as the server describes it. */
export interface MysqlField {
  readonly name: string;
  /** The type's number in the protocol. */
  readonly type: number;
  /** The number of the character set; 63 is binary. */
  readonly characterSet: number;
  readonly flags: number;
  /** MariaDB's own name of the format, such as `json`. */
  readonly format: string | undefined;
}

/** A column, and the conversion of its values from the server's form to that of the column's kind. */
export interface MysqlColumn extends Column {
  /** Undefined if the values already have that form. */
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
 * Values arrive as exact text, whatever their type; only a few need a conversion. A column with ZEROFILL is text, because its
 * zeros are intentional and JSON numbers cannot have leading zeros.
 */
export function mysqlColumn({ name, type, characterSet, flags, format }: MysqlField): MysqlColumn {
  const bytes = STRINGS.has(type) && characterSet === BINARY;
  const kind = bytes ? 'bytes' : format === 'json' ? 'json' : (KINDS.get(type) ?? 'text');
  const isNumber = kind === 'integer' || kind === 'decimal' || kind === 'float';
  if (isNumber && (flags & ZEROFILL) !== 0 && type !== YEAR)
    return { name, kind: 'text', convert: undefined };
  const column = { name, kind, convert: converter(type, kind) };
  // MariaDB stores JSON as text, and its json_valid() is not strict.
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

/** The year 0000 is a valid value here, but JSON has no such number. */
function withoutZeros(bytes: Buffer): Buffer {
  return Buffer.from(String(Number(bytes.toString('latin1'))));
}

/** Adds the time zone. The session's time zone is UTC. */
function withUtc(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, UTC]);
}

function asHex(bytes: Buffer): Buffer {
  return Buffer.from(`\\x${bytes.toString('hex')}`, 'latin1');
}
