import type { Column } from '../../pipeline/ports/ports.ts';
import type { PostgresClient, PostgresField } from './client.ts';
import { columnOf, isBuiltIn } from './types.ts';

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
