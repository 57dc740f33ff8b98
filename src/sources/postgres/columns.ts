import type { Column } from '../../pipeline/ports/ports.ts';
import type { PostgresClient, PostgresField } from './client.ts';
import { BINARY_FORMAT, TEXT_FORMAT } from './row-query.ts';
import { columnOf, hasBinaryForm, isBuiltIn, isSentBinary } from './types.ts';

/** A domain counts as its base type, as it does outside of an array. Arrays of boxes are written with semicolons. */
const ARRAYS = `SELECT t.oid, COALESCE(NULLIF(e.typbasetype, 0), e.oid)
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_type e ON e.oid = t.typelem
WHERE t.oid = ANY($1) AND t.typoutput = 'pg_catalog.array_out'::regproc AND t.typdelim = ','`;

/**
 * Less common array types are looked up, because only the database knows which types are arrays, and the types of their
 * elements.
 */
export async function describeColumns(
  client: PostgresClient,
  fields: readonly PostgresField[],
): Promise<Column[]> {
  const others = fields.map(({ oid }) => oid).filter((oid) => !isBuiltIn(oid));
  const elements = new Map<number, number>();
  if (others.length > 0) {
    const found = await client.query(ARRAYS, [others]);
    for (const [oid, element] of found) elements.set(Number(oid), Number(element));
  }
  return fields.map(({ name, oid }) => columnOf(name, oid, elements));
}

/** How the server sends the rows of a query. */
export interface RowLayout {
  readonly columns: readonly Column[];
  /** The format of each column; none if all are text. */
  readonly formats: readonly number[];
  /** The indexes of columns whose bytes are not text; undefined if all are text. */
  readonly binary: readonly number[] | undefined;
}

/** @param isBinary whether the formats may be those that cost the server the least, instead of text */
export async function layoutOf(
  client: PostgresClient,
  fields: readonly PostgresField[],
  isBinary: boolean,
): Promise<RowLayout> {
  const columns = await describeColumns(client, fields);
  if (!isBinary) return { columns, formats: [], binary: undefined };
  const formats = fields.map(({ oid }) => (isSentBinary(oid) ? BINARY_FORMAT : TEXT_FORMAT));
  const binary = fields.flatMap(({ oid }, index) => (hasBinaryForm(oid) ? [index] : []));
  return { columns, formats, binary: binary.length > 0 ? binary : undefined };
}
