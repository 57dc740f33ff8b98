import oracledb from 'oracledb';

/** A logged-in connection of the driver oracledb, in its thin mode. @throws what the driver reports instead */
export async function connectOracledb(
  server: { readonly host: string; readonly port: number },
  options: Partial<oracledb.ConnectionAttributes> = {},
): Promise<oracledb.Connection> {
  return await oracledb.getConnection({
    user: 'reader',
    password: 'pässword',
    connectString: `${server.host}:${server.port}/FREEPDB1`,
    ...options,
  });
}

/** Numbers as exact text, and large objects whole. */
export function exact({
  dbTypeName = '',
}: oracledb.Metadata<unknown>): oracledb.FetchTypeResponse | undefined {
  if (['NUMBER', 'CLOB', 'NCLOB'].includes(dbTypeName)) return { type: oracledb.STRING };
  return dbTypeName === 'BLOB' ? { type: oracledb.BUFFER } : undefined;
}
