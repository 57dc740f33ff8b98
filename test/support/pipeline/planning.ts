import {
  DELETE_LIMIT_COUNT_DEFAULT,
  DELETE_LIMIT_RATIO_DEFAULT,
  QUARANTINE_CONSECUTIVE_DEFAULT,
  QUARANTINE_COUNT_DEFAULT,
  QUARANTINE_RATIO_DEFAULT,
} from '../../../src/app/limits.ts';
import type { ChangeSink } from '../../../src/pipeline/diff.ts';
import type { Job } from '../../../src/pipeline/ports/job.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { planChanges, type Plan } from '../../../src/pipeline/plan.ts';
import type { Source } from '../../../src/pipeline/ports/ports.ts';
import { quarantineLine } from '../../../src/pipeline/quarantine.ts';
import type { KnownRecords } from './known-records.ts';
import { discoveryRecords } from '../../../src/gemini/records.ts';
import { stagedChange, type StagedChange } from './staged.ts';
import { mappingOf } from './mapping.ts';

/** A job with the defaults of a connector that says nothing. */
export function jobOf(changes: Partial<Job> = {}): Job {
  return {
    runId: 'R1',
    connectorId: 'hr',
    target: 'projects/p/locations/global/dataStores/d',
    mapping: mappingOf(),
    deletePolicy: 'auto_delete_missing',
    deleteLimit: { count: DELETE_LIMIT_COUNT_DEFAULT, ratio: DELETE_LIMIT_RATIO_DEFAULT },
    quarantine: {
      maxCount: QUARANTINE_COUNT_DEFAULT,
      maxRatio: QUARANTINE_RATIO_DEFAULT,
      maxConsecutive: QUARANTINE_CONSECUTIVE_DEFAULT,
    },
    prefix: 'hr',
    dryRun: false,
    full: false,
    resend: false,
    reconcile: false,
    sends: true,
    allowDeletes: undefined,
    ...changes,
  };
}

/** The destination's lines of a plan. */
export const RECORDS = discoveryRecords({ contentConfig: 'CONTENT_REQUIRED' });

/** A sink that keeps what a plan finds, as the lines that a run publishes. */
export class FoundChanges implements ChangeSink {
  /** Canonical lines, without their line breaks. */
  readonly upserts: string[] = [];
  /** The lines for the destination, without their line breaks. */
  readonly records: string[] = [];
  readonly deletes: string[] = [];
  readonly softDeletes: string[] = [];
  readonly held: string[] = [];
  readonly quarantined: string[] = [];
  /** What a run would set aside for its commit. */
  readonly staged: StagedChange[] = [];

  upsert: ChangeSink['upsert'] = (document) => {
    const { bytes, start, end } = document.line();
    this.upserts.push(bytes.toString('utf8', start, end - 1));
    const { bytes: record, ...place } = document.record(RECORDS);
    this.records.push(record.toString('utf8', place.start, place.end - 1));
    this.staged.push(stagedChange('upsert', document));
    return Promise.resolve();
  };

  refresh: ChangeSink['refresh'] = (change) => {
    this.staged.push(stagedChange('refresh', change));
    return undefined;
  };

  remove: ChangeSink['remove'] = (docId, soft) => {
    (soft ? this.softDeletes : this.deletes).push(docId);
    this.staged.push({ op: soft ? 'soft_delete' : 'delete', docId, checksum: '', fingerprint: '' });
    return undefined;
  };

  hold: ChangeSink['hold'] = (docId) => {
    this.held.push(docId);
    return Promise.resolve();
  };

  quarantine: ChangeSink['quarantine'] = (row) => {
    this.quarantined.push(quarantineLine(row));
    return Promise.resolve();
  };
}

export interface Planned extends Plan {
  readonly found: FoundChanges;
}

/** Plans a run over a source. Nothing is applied. */
export async function planOver(
  source: Source,
  known: KnownRecords,
  changes: Partial<Job> = {},
  found = new FoundChanges(),
  log = silentLogger,
): Promise<Planned> {
  const observer = { phase: () => undefined, rows: () => undefined };
  const signal = new AbortController().signal;
  const plan = await planChanges(
    jobOf(changes),
    { source, state: known, observer, log, kernel: known.kernel, records: RECORDS },
    known.position(),
    found,
    signal,
  );
  return { ...plan, found };
}

/** Plans a run and does to the records what its commit would do. */
export async function runOver(
  source: Source,
  known: KnownRecords,
  changes: Partial<Job> = {},
): Promise<Planned> {
  const planned = await planOver(source, known, changes);
  known.apply(planned.found.staged);
  known.mappingVersion = jobOf(changes).mapping.version;
  known.checkpoint = planned.watermark ?? undefined;
  known.columns = planned.columns;
  return planned;
}
