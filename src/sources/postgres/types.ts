import type { Column, ColumnKind } from '../../pipeline/ports/ports.ts';

type ElementKind = Exclude<ColumnKind, 'array'>;

/** Built-in types by object id; the second number is the type of their arrays. All other types are text. */
const TYPES: readonly (readonly [oid: number, arrayOid: number, kind: ElementKind])[] = [
  [16, 1000, 'boolean'],
  [17, 1001, 'bytes'],
  [20, 1016, 'integer'],
  [21, 1005, 'integer'],
  [23, 1007, 'integer'],
  [26, 1028, 'integer'],
  [700, 1021, 'float'],
  [701, 1022, 'float'],
  [1700, 1231, 'decimal'],
  [1082, 1182, 'date'],
  [1114, 1115, 'timestamp'],
  [1184, 1185, 'timestamptz'],
  [114, 199, 'json'],
  [3802, 3807, 'json'],
  [25, 1009, 'text'],
  [1043, 1015, 'text'],
  [1042, 1014, 'text'],
  [2950, 2951, 'text'],
];

const KINDS = new Map<number, Omit<Column, 'name'>>(
  TYPES.flatMap(([oid, arrayOid, kind]) => [
    [oid, { kind }] as const,
    [arrayOid, { kind: 'array', element: kind }] as const,
  ]),
);

/** Types whose binary form is their text: text, varchar, char(n) and json. */
const BINARY_TEXTS: ReadonlySet<number> = new Set([25, 1043, 1042, 114]);

/** Types whose binary form the pipeline rewrites: date, timestamp, timestamptz, and arrays of texts and integers. */
const BINARY_FORMS: ReadonlySet<number> = new Set([1082, 1114, 1184, 1009, 1015, 1014, 1005, 1007, 1016]);

/** Whether the server is to send the type in binary form. It needs a third less time for it than for text. */
export function isSentBinary(oid: number): boolean {
  return BINARY_TEXTS.has(oid) || BINARY_FORMS.has(oid);
}

/** Whether the binary form of the type is not its text. */
export function hasBinaryForm(oid: number): boolean {
  return BINARY_FORMS.has(oid);
}

/** Whether a type's kind is known without querying the database. */
export function isBuiltIn(oid: number): boolean {
  return KINDS.has(oid);
}

/** @param elements the element type, by object id, of each array type that is not built in */
export function columnOf(name: string, oid: number, elements: ReadonlyMap<number, number>): Column {
  const known = KINDS.get(oid);
  if (known !== undefined) return { name, ...known };
  const element = elements.get(oid);
  if (element === undefined) return { name, kind: 'text' };
  const kind = KINDS.get(element)?.kind ?? 'text';
  return { name, kind: 'array', element: kind === 'array' ? 'text' : kind };
}

/** The arithmetic that the database uses for a watermark of some type. */
export interface WatermarkType {
  /** The SQL name of the type, for a cast. */
  readonly sqlType: string;
  /** The value before every other one, from which a first run starts; then values that survive the arithmetic of queries. */
  readonly lowest: readonly [string, ...string[]];
  /** The unit of `watermarkLag`; `none` for types that do not support subtraction. */
  readonly measure: 'seconds' | 'days' | 'steps' | 'none';
}

/** The types that a watermark may have, by object id. */
export const WATERMARK_TYPES: ReadonlyMap<number, WatermarkType> = new Map([
  [1184, { sqlType: 'timestamptz', lowest: ['-infinity', '0002-01-01', '1970-01-02'], measure: 'seconds' }],
  [1114, { sqlType: 'timestamp', lowest: ['-infinity', '0002-01-01', '1970-01-02'], measure: 'seconds' }],
  [1082, { sqlType: 'date', lowest: ['-infinity', '0002-01-01', '1970-01-02'], measure: 'days' }],
  [21, { sqlType: 'int2', lowest: ['-32768', '0'], measure: 'steps' }],
  [23, { sqlType: 'int4', lowest: ['-2147483648', '0'], measure: 'steps' }],
  [20, { sqlType: 'int8', lowest: ['-9223372036854775808', '0'], measure: 'steps' }],
  [1700, { sqlType: 'numeric', lowest: ['-1e1000', '0'], measure: 'steps' }],
  [25, { sqlType: 'text', lowest: [''], measure: 'none' }],
  [1043, { sqlType: 'text', lowest: [''], measure: 'none' }],
  [2950, { sqlType: 'uuid', lowest: ['00000000-0000-0000-0000-000000000000'], measure: 'none' }],
]);

const NUMBERS = new Set([20, 21, 23, 26, 700, 701, 1700]);
const TEXTS = new Set([25, 705, 1042, 1043]);

const DATE = 1082;
const TIMES = new Set([1114, 1184]);

/** Whether a watermark of one type may be bound to a parameter of another type: the value must mean the same there. */
export function isBindable(watermark: number, parameter: number): boolean {
  if (watermark === parameter) return true;
  // A date is bound as the start of its day, which is never too late. A time that is truncated to its day would be.
  if (watermark === DATE) return TIMES.has(parameter);
  return [NUMBERS, TEXTS].some((family) => family.has(watermark) && family.has(parameter));
}
