/**
 * Sends rows of a kilobyte from a stand-in to its driver, both in a process of their own: `<tds|tns> <rows>`. Prints as
 * JSON how many were read, and by how many MiB the process grew. It ends by itself, if nothing is left open.
 */
import { startTdsStandIn } from '../../stand-ins/tds/tds-stand-in.ts';
import { startTnsStandIn } from '../../stand-ins/tns/tns-stand-in.ts';
import { connectOracledb } from '../databases/oracledb-client.ts';
import { connectTedious, eachRow } from '../databases/tedious-client.ts';

const [protocol = '', rows = ''] = process.argv.slice(2);
const MIB = 1_048_576;
const FETCHED_ROWS = 500;
const text = 'x'.repeat(1_000);

function* made(count: number): Generator<[string]> {
  for (let row = 0; row < count; row += 1) yield [text];
}

let read = 0;
let most = 0;
const look = (count: number) => {
  read += count;
  if (read % FETCHED_ROWS === 0) most = Math.max(most, process.memoryUsage().rss);
};

const through: Readonly<Record<string, (count: number) => Promise<void>>> = {
  async tds(count) {
    const server = await startTdsStandIn({
      users: { reader: 'pässword' },
      handler: () => ({ columns: [{ name: 't', type: 'varchar', length: 1_000 }], rows: made(count) }),
    });
    const connection = await connectTedious(server);
    await eachRow(connection, 'SELECT t', () => {
      look(1);
    });
    connection.close();
    await server.close();
  },
  async tns(count) {
    const server = await startTnsStandIn({
      users: { READER: 'pässword' },
      handler: () => ({ columns: [{ name: 'T', type: 'VARCHAR2' }], rows: made(count) }),
    });
    const connection = await connectOracledb(server);
    const options = { resultSet: true, fetchArraySize: FETCHED_ROWS };
    const { resultSet } = await connection.execute('SELECT t', [], options);
    for (let some = 1; some > 0;) {
      some = (await resultSet?.getRows(FETCHED_ROWS))?.length ?? 0;
      look(some);
    }
    await connection.close();
    await server.close();
  },
};

const warmUpRows = 5_000;
await through[protocol]?.(warmUpRows);
read = 0;
const before = process.memoryUsage().rss;
await through[protocol]?.(Number(rows));
process.stdout.write(JSON.stringify({ read, grownMib: Math.round((most - before) / MIB) }));
