import { BridgeError } from '../../core/errors.ts';
import { extract } from '../extract.ts';
import type { Job, Ports } from '../ports/job.ts';
import { RowMapper } from '../map.ts';
import type { KnownDocuments } from './known-documents.ts';
import type { ListingEnd } from '../ports/ports.ts';
import type { KnownRecord, Position, State } from '../ports/state-port.ts';
import { Tally } from '../counts/tally.ts';
import { LISTINGS_MAX } from '../limits.ts';

interface LookPorts extends Pick<Ports, 'source' | 'log' | 'kernel'> {
  readonly state: Pick<State, 'lookup'>;
}

/**
 * Lists the source again, and marks the records that it finds.
 * @returns the end of the listing; undefined if it failed
 */
async function listAgain(
  job: Pick<Job, 'mapping'>,
  ports: LookPorts,
  { scope, fingerprintKey }: Pick<Position, 'scope' | 'fingerprintKey'>,
  known: KnownDocuments,
  signal: AbortSignal,
): Promise<ListingEnd | undefined> {
  const { source, log, kernel } = ports;
  let end: ListingEnd | undefined;
  try {
    let mapper: RowMapper | undefined;
    const tally = new Tally();
    const basis = { secret: fingerprintKey, mappingVersion: job.mapping.version, kernel };
    for await (const extracted of extract(source, undefined, basis, known.live, tally, signal)) {
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
    log.warn('a repeated listing failed, so missing documents are unknown', { error: thrown.message });
    return undefined;
  }
  return end;
}

/** A withdrawn document gets no mark: only a row that becomes a document, in the listing that is compared, settles it. */
function mark(record: KnownRecord, { live, softDeleted }: KnownDocuments): void {
  const records = record.kind === 'live' ? live : softDeleted;
  const high = Number.parseInt(record.fingerprint.slice(0, 8), 16);
  const slot = records.find(high, Number.parseInt(record.fingerprint.slice(8), 16));
  if (slot >= 0) records.markReplaced(slot);
}

/**
 * Confirms missing documents. In a listing of several pages, a row that exists can be missing: when a row before it is removed,
 * it moves to a page that was already read. So the source is listed again until a listing has every row of the one before it.
 * Then no row was removed during the one before, and what both lack is missing.
 */
export async function confirmMissing(
  end: ListingEnd,
  job: Pick<Job, 'mapping' | 'deletePolicy'>,
  ports: LookPorts,
  position: Position,
  known: KnownDocuments,
  signal: AbortSignal,
): Promise<ListingEnd> {
  const missing = (): number => known.live.unmarked + known.softDeleted.unmarked;
  if (end.pieced !== true || end.truncated || job.deletePolicy === 'never_delete') return end;
  for (let listings = 1; missing() > 0; listings++) {
    if (listings === LISTINGS_MAX) {
      ports.log.warn(
        'records were removed during each listing of the source, so missing documents are unknown in this run',
        { listings },
      );
      return { ...end, truncated: true };
    }
    const before = missing();
    ports.log.info('documents are missing from a listing of several pages, so the source is listed again', {
      missing: before,
    });
    const again = await listAgain(job, ports, position, known, signal);
    if (again === undefined || again.truncated) return { ...end, truncated: true };
    const found = before - missing();
    if (found > 0)
      ports.log.warn('records moved while the source was listed; a repeated listing has them', { found });
    // A source that cannot compare its listings vouches for the second one.
    else if ((again.lost ?? 0) === 0) return end;
  }
  return end;
}
