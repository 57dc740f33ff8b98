import Libsql from 'libsql';
import pg from 'pg';

type Value = string | number | Buffer;

/** The columns of some rows, each with as many values. */
type Rows = Readonly<Record<string, readonly Value[]>>;

/** What the bare loop does with a database. Each call is one transaction. */
export interface LoopDatabase {
  /** The name of the table of entities. */
  readonly entities: string;
  list(values: readonly string[]): string;
  /** @param update replaces the payloads of rows that exist */
  insert(table: string, rows: Rows, update?: boolean): Promise<void>;
  markChunks(sourceId: string, hashes: readonly string[]): Promise<void>;
  entityHashes(app: string, collection: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  close(): Promise<void>;
}

interface HashRow {
  readonly external_id: string;
  readonly payload_hash: string;
}

const ON_CONFLICT = ` on conflict (app_key, collection_key, external_id) do update
  set raw_payload = excluded.raw_payload, payload_hash = excluded.payload_hash`;

const hashesOf = (rows: readonly HashRow[]) =>
  new Map(rows.map(({ external_id, payload_hash }) => [external_id, payload_hash]));

/** @param place the URL of a Postgres, or a file of SQLite; it has the tables of the program */
export function openLoopDatabase(place: string): Promise<LoopDatabase> {
  return place.includes('://') ? postgres(place) : Promise.resolve(sqlite(place));
}

async function postgres(url: string): Promise<LoopDatabase> {
  const client = new pg.Client(url);
  await client.connect();
  return {
    entities: 'supasaasy.entities',
    list: (values) => `{${values.join(',')}}`,
    async insert(table, rows, update = false) {
      const columns = Object.keys(rows);
      const count = rows[columns[0] ?? '']?.length ?? 0;
      const tuples = Array.from(
        { length: count },
        (_, row) => `(${columns.map((_name, column) => `$${row * columns.length + column + 1}`).join(',')})`,
      );
      const values = Array.from({ length: count }, (_, row) => columns.map((name) => rows[name]?.[row]));
      await client.query(
        `insert into ${table} (${columns.join(',')}) values ${tuples.join(',')}${update ? ON_CONFLICT : ''}`,
        values.flat(),
      );
    },
    async markChunks(sourceId, hashes) {
      await client.query('update kb_chunks set pass = 2 where source_id = $1 and content_hash = any ($2)', [
        sourceId,
        hashes,
      ]);
    },
    async entityHashes(app, collection, ids) {
      const { rows } = await client.query<HashRow>(
        `select external_id, payload_hash from supasaasy.entities
         where app_key = $1 and collection_key = $2 and external_id = any ($3)`,
        [app, collection, ids],
      );
      return hashesOf(rows);
    },
    close: () => client.end(),
  };
}

function sqlite(file: string): LoopDatabase {
  const connection = new Libsql(file);
  connection.exec('PRAGMA synchronous = FULL');
  const mark = connection.prepare(
    'update kb_chunks set pass = 2 where source_id = ? and content_hash in (select value from json_each(?))',
  );
  const find = connection.prepare(
    `select external_id, payload_hash from supasaasy_entities
     where app_key = ? and collection_key = ? and external_id in (select value from json_each(?))`,
  );
  return {
    entities: 'supasaasy_entities',
    list: (values) => JSON.stringify(values),
    insert(table, rows, update = false) {
      const columns = Object.keys(rows);
      const marks = columns.map(() => '?').join(',');
      const statement = connection.prepare(
        `insert into ${table} (${columns.join(',')}) values (${marks})${update ? ON_CONFLICT : ''}`,
      );
      const count = rows[columns[0] ?? '']?.length ?? 0;
      connection.transaction(() => {
        for (let row = 0; row < count; row++) statement.run(columns.map((name) => rows[name]?.[row]));
      })();
      return Promise.resolve();
    },
    markChunks(sourceId, hashes) {
      mark.run([sourceId, JSON.stringify(hashes)]);
      return Promise.resolve();
    },
    entityHashes: (app, collection, ids) =>
      Promise.resolve(hashesOf(find.all([app, collection, JSON.stringify(ids)]) as HashRow[])),
    close() {
      connection.close();
      return Promise.resolve();
    },
  };
}
