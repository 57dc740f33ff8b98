import { contentConfigOf, type Connector } from '../../../definitions/connector/types.ts';
import { silentLogger } from '../../../core/log.ts';
import { systemClock } from '../../../core/time/clock.ts';
import { DocumentSample } from '../../../pipeline/outgoing/document-sample.ts';
import { discoveryRecords } from '../../../gemini/records.ts';
import { openKernel } from '../../../kernel/open-kernel.ts';
import { planChanges } from '../../../pipeline/plan.ts';
import type { Source } from '../../../pipeline/ports/ports.ts';
import { openState } from '../../../state/run/open-state.ts';
import { jobOf } from '../../run/job.ts';
import { newRunId } from '../../run/run-id.ts';
import { stateLocation } from '../../run/state-location.ts';
import type { DraftCounts } from '../preview/preview-service.ts';

/**
 * Counts what a run of a draft would change, exactly as `run --dry-run` does. The state is opened to be read, and no lease is
 * taken.
 * @throws BridgeError SOURCE_*, STATE_*, DUPLICATE_ID, QUARANTINE_LIMIT
 */
export async function countChanges(
  connector: Connector,
  source: Source,
  databaseUrl: string | undefined,
  signal: AbortSignal,
): Promise<DraftCounts> {
  const job = jobOf(connector, {
    runId: newRunId(systemClock.now()),
    local: false,
    dryRun: true,
    full: false,
    resend: false,
    reconcile: false,
    sends: false,
    allowDeletes: undefined,
  });
  const state = await openState({ ...stateLocation({ databaseUrl, cwd: process.cwd() }), readOnly: true });
  try {
    const position = await state.position(job.connectorId, job.target);
    const observer = { phase: ignore, rows: ignore };
    const records = discoveryRecords({ contentConfig: contentConfigOf(connector.spec) });
    const ports = { source, state, log: silentLogger, observer, records, kernel: openKernel() };
    const sample = new DocumentSample({ first: 0, ids: [] });
    const { tally, holdReason } = await planChanges(job, ports, position, sample, signal);
    const { seen, added, changed, unchanged, missing, deleted, held, quarantined } = tally.counts();
    return { seen, added, changed, unchanged, missing, deleted, held, quarantined, holdReason };
  } finally {
    await state.close();
  }
}

function ignore(): void {
  // A person sees the counts only.
}
