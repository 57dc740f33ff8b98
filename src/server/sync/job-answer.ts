import { Check } from 'typebox/value';
import type { Static } from 'typebox';
import { NO_COUNTS } from '../../app/sync/sync-report.ts';
import type { SyncJob } from '../../app/sync/sync-service.ts';
import { countsSchema, detailsSchema, type jobSchema } from './schemas.ts';

const NO_DETAILS: Static<typeof detailsSchema> = { error_details: [], collections: [], duration_ms: 0 };

/** A stored request as a response. Columns that another program damaged count as absent. */
export function jobAnswer(request: SyncJob): Static<typeof jobSchema> {
  const counts = parsed(request.counts);
  const details = parsed(request.details);
  return {
    job_id: request.id,
    app_key: request.appKey,
    mode: request.mode,
    status: request.status,
    run_id: request.runId,
    ...(Check(countsSchema, counts) ? counts : NO_COUNTS),
    ...(Check(detailsSchema, details) ? details : NO_DETAILS),
    progress: { records_seen: request.recordsSeen },
    created_at: request.requestedAt,
    started_at: request.startedAt,
    completed_at: request.finishedAt,
    error: request.error,
  };
}

function parsed(json: string | null): unknown {
  if (json === null) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
