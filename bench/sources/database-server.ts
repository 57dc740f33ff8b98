/**
 * The stand-ins of SQL Server and Oracle as a process of their own, so that their work is not in the figures of what reads:
 * `<rows>`. Told `stop`, it ends; told anything else, it answers what it was last asked to read, of either product, and how
 * much processor time it has used since it was last asked.
 */
import { startOracle } from '../../test/support/databases/oracle-server.ts';
import { startSqlServer } from '../../test/support/databases/sql-server.ts';
import { TDS_COLUMNS, TNS_COLUMNS, tdsRows, tnsRows } from './database-rows.ts';
import { startReplay } from './replay.ts';

const rows = Number(process.argv[2]);
const mssql = await startSqlServer({ answer: () => ({ columns: TDS_COLUMNS, rows: () => tdsRows(rows) }) });
const oracle = await startOracle({ answer: () => ({ columns: TNS_COLUMNS, rows: () => tnsRows(rows) }) });
/** What each source puts around the query, in the encoding of the protocol. */
const replays = {
  mssql: await startReplay(mssql.server.port, Buffer.from('WITH RESULT SETS', 'utf16le')),
  oracle: await startReplay(oracle.server.port, Buffer.from(' FROM (\n')),
};

let before = process.cpuUsage();
process.on('message', (message) => {
  if (message === 'stop') {
    for (const replay of Object.values(replays)) replay.close();
    void Promise.all([mssql.close(), oracle.close()]).then(() => {
      process.disconnect();
    });
    return;
  }
  const { user, system } = process.cpuUsage(before);
  before = process.cpuUsage();
  process.send?.({
    statements: {
      mssql: mssql.server.statements.findLast(({ sql }) => sql.includes('WITH RESULT SETS'))?.sql,
      oracle: oracle.readings.at(-1)?.sql,
    },
    cpuSeconds: (user + system) / 1e6,
  });
});
process.send?.({
  mssql: mssql.url.replace(String(mssql.server.port), String(replays.mssql.port)),
  oracle: oracle.url.replace(String(oracle.server.port), String(replays.oracle.port)),
});
