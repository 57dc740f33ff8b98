import { BridgeError } from '../../core/errors.ts';
import type { Column, ColumnKind } from '../../pipeline/ports/ports.ts';
import { float32Text } from '../sql/float-text.ts';

/** A column of a query, as the driver describes it. */
export interface OracleField {
  readonly name: string;
  /** The type name, such as `TIMESTAMP WITH TIME ZONE`. */
  readonly typeName: string;
  /** The precision of a NUMBER; 0 if it has none. */
  readonly precision: number;
  /** The scale of a NUMBER; negative if it has none. */
  readonly scale: number;
}

export interface OracleColumn extends Column {
  /** The SQL expression that reads the column; `c` is its quoted name. */
  readonly expression: (c: string) => string;
  /** The SQL expression that converts text to a watermark of this column's type; `bind` is its placeholder. */
  readonly watermark: (bind: string) => string;
  /** Converts a value of the driver to the form of the column's kind. */
  readonly text: (value: unknown) => string;
}

type Rule = Pick<OracleColumn, 'kind'> & Partial<Omit<OracleColumn, 'name' | 'kind'>>;

const MOMENT = "'YYYY-MM-DD HH24:MI:SS.FF9'";
const SECOND = "'YYYY-MM-DD HH24:MI:SS'";

const asText = (value: unknown): string => String(value);
const asNumber: Rule = {
  kind: 'decimal',
  watermark: (bind) => `TO_NUMBER(${bind})`,
  text: (value) => withLeadingZero(String(value)),
};
/** The driver keeps only the milliseconds of a time, so the database formats it. */
const moment = (kind: ColumnKind, utc: (c: string) => string, watermark: (bind: string) => string): Rule => ({
  kind,
  expression: (c) => `TO_CHAR(${utc(c)}, ${MOMENT})`,
  watermark,
  text: (value) => withoutNanoseconds(String(value)) + (kind === 'timestamptz' ? '+00' : ''),
});
const inUtc: Rule = moment(
  'timestamptz',
  (c) => `SYS_EXTRACT_UTC(${c})`,
  (bind) => `FROM_TZ(TO_TIMESTAMP(${bind}, ${MOMENT}), 'UTC')`,
);
const asLabel: Rule = { kind: 'text' };
const asBytes: Rule = { kind: 'bytes', text: hexOf };

const RULES: Readonly<Record<string, Rule>> = {
  BINARY_FLOAT: { kind: 'float', text: (value) => float32Text(Number(value)) },
  BINARY_DOUBLE: { kind: 'float' },
  BOOLEAN: { kind: 'boolean', text: (value) => (value === true ? 't' : 'f') },
  DATE: {
    kind: 'timestamp',
    expression: (c) => `TO_CHAR(${c}, ${SECOND})`,
    // A DATE that is compared with a TIMESTAMP is converted, so the comparison could not use an index on it.
    watermark: (bind) => `TO_DATE(SUBSTR(${bind}, 1, 19), ${SECOND})`,
  },
  TIMESTAMP: moment(
    'timestamp',
    (c) => c,
    (bind) => `TO_TIMESTAMP(${bind}, ${MOMENT})`,
  ),
  'TIMESTAMP WITH TIME ZONE': inUtc,
  'TIMESTAMP WITH LOCAL TIME ZONE': inUtc,
  'INTERVAL YEAR TO MONTH': { kind: 'text', expression: (c) => `TO_CHAR(${c})` },
  'INTERVAL DAY TO SECOND': { kind: 'text', expression: (c) => `TO_CHAR(${c})` },
  CHAR: asLabel,
  NCHAR: asLabel,
  VARCHAR2: asLabel,
  NVARCHAR2: asLabel,
  LONG: asLabel,
  CLOB: asLabel,
  NCLOB: asLabel,
  ROWID: asLabel,
  UROWID: asLabel,
  XMLTYPE: { kind: 'text', expression: (c) => `XMLSERIALIZE(CONTENT ${c} AS CLOB)` },
  JSON: { kind: 'json', expression: (c) => `JSON_SERIALIZE(${c} RETURNING CLOB)` },
  RAW: asBytes,
  'LONG RAW': asBytes,
  BLOB: asBytes,
};

/** @throws BridgeError NOT_SUPPORTED for a type without a text form */
export function oracleColumn({ name, typeName, precision, scale }: OracleField): OracleColumn {
  const whole = precision > 0 && scale === 0;
  const rule: Rule | undefined =
    typeName === 'NUMBER' ? { ...asNumber, kind: whole ? 'integer' : 'decimal' } : RULES[typeName];
  if (rule === undefined) throw unsupported(name, typeName);
  return {
    name,
    kind: rule.kind,
    ...(rule.kind === 'json' && { unchecked: true }),
    expression: rule.expression ?? ((c) => c),
    watermark: rule.watermark ?? ((bind) => bind),
    text: rule.text ?? asText,
  };
}

/** Adds a leading zero: Oracle writes `.5`, which is not a valid JSON number. */
function withLeadingZero(digits: string): string {
  if (digits.startsWith('.')) return `0${digits}`;
  return digits.startsWith('-.') ? `-0${digits.slice(1)}` : digits;
}

/** Keeps nine fractional digits if the last three are used, else six. */
function withoutNanoseconds(text: string): string {
  return text.endsWith('000') ? text.slice(0, -3) : text;
}

function hexOf(value: unknown): string {
  return Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : '';
}

function unsupported(name: string, typeName: string): BridgeError {
  return new BridgeError(
    'NOT_SUPPORTED',
    `The column ${name} is of type ${typeName}, which has no text of its own.`,
    {
      hint: 'Convert it in spec.source.query, with TO_CHAR, CAST or a method of the type.',
    },
  );
}
