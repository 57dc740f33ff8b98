import { BridgeError } from '../../core/errors.ts';
import { extract } from '../extract.ts';
import type { Job, Ports } from '../ports/job.ts';
import { RowMapper } from '../map.ts';
import type { KnownDocuments } from './missing-documents.ts';
import type { ListingEnd } from '../ports/ports.ts';
import type { KnownRecord, Position, State } from '../ports/state-port.ts';
import { Tally } from '../counts/tally.ts';

interface LookPorts extends Pick<Ports, 'source' | 'log'> {
  readonly state: Pick<State, 'lookup'>;
}

/**
 * Lists the source a second time when documents are missing from a listing whose pages were read one after the other: a record
 * that moves to a page that was already read is missing without a trace. Marks the records that it finds.
 * @returns whether the documents that are still missing are certainly missing
 */
async function isMissingTwice(
  job: Pick<Job, 'mapping'>,
  ports: LookPorts,
  { scope }: Pick<Position, 'scope'>,
  known: KnownDocuments,
  signal: AbortSignal,
): Promise<boolean> {
  const { source, log } = ports;
  const missing = known.live.unmarked + known.softDeleted.unmarked;
  log.info('documents are missing from a listing of several pages, so it is read a second time', { missing });
  let end: ListingEnd | undefined;
  try {
    let mapper: RowMapper | undefined;
    const tally = new Tally();
    for await (const extracted of extract(
      source,
      undefined,
      job.mapping.version,
      known.live,
      tally,
      signal,
    )) {
      mapper ??= new RowMapper(job.mapping, extracted.batch.columns);
      const { rows } = mapper.identify(extracted, extracted.unknown);
      const docIds = rows.map(({ docId }) => docId);
      for (const record of docIds.length === 0 ? [] : await ports.state.lookup(scope, docIds))
        mark(record, known);
      end = extracted.batch.end;
    }
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof BridgeError)) throw thrown;
    log.warn('the second listing failed, so missing documents are unknown', { error: thrown.message });
    return false;
  }
  const found = missing - known.live.unmarked - known.softDeleted.unmarked;
  if (found > 0)
    log.warn('records moved while the source was listed; the second listing has them', { found });
  return found === 0 && end?.truncated === false;
}

function mark(record: KnownRecord, { live, softDeleted }: KnownDocuments): void {
  const records = record.softDeleted ? softDeleted : live;
  const high = Number.parseInt(record.fingerprint.slice(0, 8), 16);
  const slot = records.find(high, Number.parseInt(record.fingerprint.slice(8), 16));
  if (slot >= 0) records.markReplaced(slot);
}

/** Confirms missing documents. In a listing in pieces, a missing row may only have moved. */
export async function confirmMissing(
  end: ListingEnd,
  job: Pick<Job, 'mapping' | 'deletePolicy'>,
  ports: LookPorts,
  position: Position,
  known: KnownDocuments,
  signal: AbortSignal,
): Promise<ListingEnd> {
  const missing = known.live.unmarked + known.softDeleted.unmarked;
  const doubtful =
    end.pieced === true && !end.truncated && missing > 0 && job.deletePolicy !== 'never_delete';
  if (!doubtful || (await isMissingTwice(job, ports, position, known, signal))) return end;
  return { ...end, truncated: true };
}
