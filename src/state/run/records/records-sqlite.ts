import type { Knex } from 'knex';
import { bytesOf, type StoredBytes } from '../../stored-bytes.ts';
import { STATE_FINGERPRINTS_PER_PAGE } from '../../limits.ts';
import { IN_BACKGROUND } from '../../../database/sqlite/background.ts';
import { FINGERPRINT_BYTES } from '../../../pipeline/comparison/fingerprint-set.ts';
import { CHECKSUM_BYTES, type StagedBatch } from '../../../pipeline/ports/staged-batch.ts';
import type { RecordKind } from '../../../pipeline/ports/state-port.ts';
import { batchIds, bufferOf } from './batch-ids.ts';
import { isOfKind, knownRecord, type RecordAnswer, type RecordQueries } from './record-queries.ts';

/** SQL: checksum and fingerprint of the id at the place `key` of a batch. */
const BATCH_COLUMNS = `substr(?, key * ${CHECKSUM_BYTES} + 1, ${CHECKSUM_BYTES}),
  substr(?, key * ${FINGERPRINT_BYTES} + 1, ${FINGERPRINT_BYTES})`;

function columnsOf({ checksums, fingerprints }: StagedBatch): Buffer[] {
  return [bufferOf(checksums), bufferOf(fingerprints)];
}

const CHECKSUM_HEX = 'lower(hex(checksum))';

export const sqliteRecords: RecordQueries = {
  checksumHex: CHECKSUM_HEX,
  doubtfulFingerprint: "unhex(printf('%016x', random() & 0x3fffffffffffffff))",

  // SQLite's plans follow the indexes, independent of the size of the tables.
  gatherStatistics: () => Promise.resolve(),

  // As columns that SQL cuts at fixed places, 1 M records take 1.5 s; as JSON objects, or row by row, they take 3 to 4 s.
  async stage(transaction, runId, batch) {
    const hasContent = batch.checksums.length > 0;
    await transaction
      .raw(
        `insert into staged_records (run_id, op, doc_id, checksum, fingerprint)
       select ?, ?, value, ${hasContent ? BATCH_COLUMNS : "x'', x''"} from json_each(?)`,
        [runId, batch.op, ...(hasContent ? columnsOf(batch) : []), JSON.stringify(batchIds(batch))],
      )
      .options(IN_BACKGROUND);
  },

  async load(transaction, scope, runId, batch) {
    await transaction
      .raw(
        `insert into record_state (scope_id, doc_id, checksum, fingerprint, soft_deleted, run_id)
       select ?, value, ${BATCH_COLUMNS}, 0, ? from json_each(?) order by value`,
        [scope, ...columnsOf(batch), runId, JSON.stringify(batchIds(batch))],
      )
      .options(IN_BACKGROUND);
  },

  async *fingerprints(knex, scope, kind) {
    let after = '';
    for (let last: string | undefined; ; after = last) {
      last = await pageEnd(knex, scope, after, kind);
      const page = await fingerprintPage(knex, scope, { after, last }, kind);
      if (page !== null) {
        const { buffer, byteOffset, byteLength } = bytesOf(page);
        yield Buffer.from(buffer, byteOffset, byteLength);
      }
      if (last === undefined) return;
    }
  },

  // As one text, a record takes 8 µs; as a row of the driver, it takes 15.
  async lookup(knex, scope, docIds) {
    const [row] = await knex.raw<{ records: string }[]>(
      `select json_group_array(json_object('doc_id', doc_id, 'checksum', ${CHECKSUM_HEX},
         'fingerprint', lower(hex(fingerprint)), 'soft_deleted', soft_deleted)) as records
       from json_each(?) as wanted
       cross join record_state on scope_id = ? and doc_id = wanted.value`,
      [JSON.stringify(docIds), scope],
    );
    const records = JSON.parse(row?.records ?? '[]') as RecordAnswer[];
    return records.map(knownRecord);
  },

  async idsOf(knex, scope, fingerprints, kind) {
    const [row] = await knex.raw<{ ids: string }[]>(
      `with wanted as materialized (select unhex(value) as fingerprint from json_each(?))
       select json_group_array(doc_id) as ids from ${recordsOf(kind)}
       where scope_id = ? and ${isOfKind(kind)} and fingerprint in (select fingerprint from wanted)`,
      [JSON.stringify(fingerprints.toString('hex').match(/.{16}/g) ?? []), scope],
    );
    return JSON.parse(row?.ids ?? '[]') as string[];
  },
};

/**
 * SQL: the records of a kind. Without the index of a rare kind, an aggregate reads the whole scope, which takes 60 ms for 1 M records.
 */
function recordsOf(kind: RecordKind): string {
  const index =
    kind === 'live' ? '' : ` indexed by record_state_${kind === 'withdrawn' ? kind : 'soft_deleted'}`;
  return `record_state${index}`;
}

/** The id of the last record of a page that begins after an id; undefined if the page is not full. */
async function pageEnd(
  knex: Knex,
  scope: number,
  after: string,
  kind: RecordKind,
): Promise<string | undefined> {
  const rows = await knex.raw<{ doc_id: string }[]>(
    `select doc_id from ${recordsOf(kind)} where scope_id = ? and ${isOfKind(kind)} and doc_id > ?
     order by doc_id limit 1 offset ?`,
    [scope, after, STATE_FINGERPRINTS_PER_PAGE - 1],
  );
  return rows[0]?.doc_id;
}

/**
 * One aggregate per page: this way 1 M fingerprints take 0.1 s; as rows they take 1.3 s. SQLite joins any bytes unchanged; as
 * hexadecimal text they take 1.7 times as long. Pages by primary key, so that a slow reader holds no transaction open. A subquery with a
 * limit would take 1.4 times as long as two queries.
 * @returns null for an empty page
 */
async function fingerprintPage(
  knex: Knex,
  scope: number,
  { after, last }: { readonly after: string; readonly last: string | undefined },
  kind: RecordKind,
): Promise<StoredBytes | null> {
  const end = last === undefined ? [] : [last];
  const [page] = await knex.raw<{ fingerprints: StoredBytes | null }[]>(
    `select cast(group_concat(fingerprint, '') as blob) as fingerprints from ${recordsOf(kind)}
     where scope_id = ? and ${isOfKind(kind)} and doc_id > ? ${last === undefined ? '' : 'and doc_id <= ?'}`,
    [scope, after, ...end],
  );
  return page?.fingerprints ?? null;
}
