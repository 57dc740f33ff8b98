import { mappedFields, optionalFields } from '../../definitions/connector/mapped-fields.ts';
import type { ConnectorSpec, HttpSourceSpec } from '../../definitions/connector/types.ts';
import { silentLogger } from '../../core/log.ts';
import { RecordRow } from '../../json/record-row.ts';
import { isFullChunk } from '../../rest/formats/chunks.ts';
import type { RowBatch } from '../../pipeline/ports/ports.ts';
import type { OpenedSource } from '../opened-source.ts';
import { RowBatcher } from '../row-batcher.ts';
import { DeletedRecords } from './feed/deleted-records.ts';
import { requireFields } from './required-fields.ts';

/**
 * Reads the first page of an API as rows, as a run reads it. Records that report a delete are left out.
 * @param rowsMax rows after them are left out; the last batch then says that the listing is truncated
 * @throws BridgeError SOURCE_*
 */
export async function* firstPageRows(
  source: Pick<OpenedSource, 'pages'>,
  spec: ConnectorSpec & { readonly source: HttpSourceSpec },
  rowsMax: number,
  signal: AbortSignal,
): AsyncGenerator<RowBatch> {
  const row = new RecordRow(mappedFields(spec));
  const rows = new RowBatcher();
  const deleted = new DeletedRecords(spec.source.changes);
  let count = 0;
  let truncated = false;
  for await (const page of source.pages?.(signal) ?? []) {
    const isNewPage = count > 0 && page.continues !== true;
    if (isNewPage) break;
    for (const { start } of page.records) {
      truncated = count === rowsMax || rows.full;
      if (truncated) break;
      if (deleted.has(page.bytes, start)) continue;
      row.load(page.bytes, start);
      row.append(rows);
      count++;
    }
    // A response that is read as a stream comes in parts, and this one is full.
    const mayContinue = page.next === undefined && isFullChunk(page.bytes);
    if (truncated || !mayContinue) break;
  }
  const { url = '', fields = {} } = spec.source;
  if (count > 0)
    requireFields(row, { optional: optionalFields(spec), url, computed: fields, log: silentLogger });
  rows.end();
  yield* rows.batches(row.columns, () => ({ checkpoint: undefined, truncated }));
}

/** The keys of the first record of an API, and whether its first page has any. */
export async function firstRecordKeys(source: OpenedSource, signal: AbortSignal): Promise<string[]> {
  const row = new RecordRow([]);
  for await (const { bytes, records } of source.pages?.(signal) ?? []) {
    const [first] = records;
    if (first === undefined) return [];
    row.load(bytes, first.start);
    return row.keys;
  }
  return [];
}
