import type { TdsColumn } from '../../test/stand-ins/tds/values/column.ts';
import type { TdsValue } from '../../test/stand-ins/tds/answer.ts';
import type { TnsColumn } from '../../test/stand-ins/tns/values/column.ts';
import type { TnsValue } from '../../test/stand-ins/tns/answer.ts';

/** Made once and sent again and again, so that making them is not what is measured. */
const DISTINCT_ROWS = 1_000;
const DESCRIPTION_CHARACTERS = 420;
const NULL_EVERY = 10;

/** Ten columns of mixed types, about 600 bytes a row. */
export const TDS_COLUMNS: readonly TdsColumn[] = [
  { name: 'id', type: 'bigint' },
  { name: 'name', type: 'nvarchar', length: 100 },
  { name: 'price', type: 'decimal', precision: 12, scale: 2 },
  { name: 'balance', type: 'decimal', precision: 38, scale: 10 },
  { name: 'quantity', type: 'int' },
  { name: 'active', type: 'bit' },
  { name: 'ratio', type: 'float' },
  { name: 'updated_at', type: 'datetime2', scale: 7 },
  { name: 'code', type: 'uniqueidentifier' },
  { name: 'description', type: 'nvarchar', length: 2_000 },
];

/** The same for Oracle, which has other types. */
export const TNS_COLUMNS: readonly TnsColumn[] = [
  { name: 'ID', type: 'NUMBER', precision: 18 },
  { name: 'NAME', type: 'VARCHAR2', size: 100 },
  { name: 'PRICE', type: 'NUMBER', precision: 12, scale: 2 },
  { name: 'BALANCE', type: 'NUMBER', precision: 38, scale: 10 },
  { name: 'QUANTITY', type: 'NUMBER', precision: 9 },
  { name: 'ACTIVE', type: 'NUMBER', precision: 1 },
  { name: 'RATIO', type: 'BINARY_DOUBLE' },
  { name: 'UPDATED_AT', type: 'TIMESTAMP', scale: 9 },
  { name: 'CODE', type: 'RAW', size: 16 },
  { name: 'DESCRIPTION', type: 'VARCHAR2', size: 2_000 },
];

export function* tdsRows(count: number): Generator<readonly TdsValue[]> {
  yield* again(count, (number) => {
    const { id, price, quantity, uuid, nullable } = facts(number);
    const moment = `2026-03-${day(number)} 13:14:15.1234567`;
    const [balance, active] = [`${id}.0123456789`, number % 2 === 0];
    const row = [BigInt(id), nullable(name(number)), price, nullable(balance), quantity, active];
    return [...row, number / 7, moment, nullable(uuid), description(number)];
  });
}

/** Moments as the database writes them for the source. */
export function* tnsRows(count: number): Generator<readonly TnsValue[]> {
  yield* again(count, (number) => {
    const { id, price, quantity, uuid, nullable } = facts(number);
    const moment = `2026-03-${day(number)} 13:14:15.123456789`;
    const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
    const row = [id, nullable(name(number)), price, nullable(`${id}.0123456789`), String(quantity)];
    return [...row, String(number % 2), number / 7, moment, nullable(bytes), description(number)];
  });
}

function* again<Row>(count: number, make: (number: number) => Row): Generator<Row> {
  const rows = Array.from({ length: DISTINCT_ROWS }, (_, number) => make(number));
  for (let sent = 0; sent < count; sent += rows.length) yield* rows.slice(0, count - sent);
}

function facts(number: number) {
  return {
    id: `10000000000${String(number).padStart(4, '0')}`,
    price: `${number}.${String(number % 100).padStart(2, '0')}`,
    quantity: number * 1_001,
    uuid: `12345678-9ABC-4DEF-8123-${String(number).padStart(12, '0')}`,
    nullable: <T>(value: T): T | null => (number % NULL_EVERY === 0 ? null : value),
  };
}

const name = (number: number): string => `Zoë Müller, employee number ${number}`;
const day = (number: number): string => String((number % 28) + 1).padStart(2, '0');
const description = (number: number): string =>
  `${number} knows about drills, contracts and the coffee machine. `
    .repeat(10)
    .slice(0, DESCRIPTION_CHARACTERS);
