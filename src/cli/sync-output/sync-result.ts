import { FailedSync } from '../../app/sync/failed-sync.ts';
import type { BridgeError } from '../../core/errors.ts';
import type { CommandIo } from '../command-io.ts';
import { failureJson } from '../output/failure.ts';
import { jsonLine } from '../output/json-output.ts';
import { isPretty } from '../output/pretty-log.ts';
import { PLAIN, styleFor } from '../output/style.ts';
import { wrapWidth } from '../output/wrap.ts';
import { kestraFailure, kestraMetrics, kestraOutputs } from '../run-output/kestra-lines.ts';
import { kestraResultMessages } from '../run-output/kestra-messages.ts';
import { syncNotices } from './sync-notices.ts';
import {
  countsOf,
  holdReasonOf,
  releaseOfSync,
  STATUS,
  syncJson,
  syncText,
  syncTextWithoutNotices,
  workOf,
  type SyncSummary,
} from './sync-summary.ts';

/** Writes results of syncs to stdout: as text for people, as one JSON object for a program, or as lines for Kestra. */
export function syncResultWriter(io: CommandIo, asJson: boolean) {
  const { redactor, logFormat, noColor } = io.env;
  const forKestra = logFormat === 'kestra';
  const redact = (text: string) => redactor.redact(text);
  return {
    done(summary: SyncSummary): void {
      if (asJson) io.stdout.write(redact(jsonLine(syncJson(summary))));
      if (forKestra) {
        const text = asJson ? undefined : syncTextWithoutNotices(summary, PLAIN);
        io.stdout.write(kestraResultMessages(syncNotices(summary), text, redactor));
        io.stdout.write(kestraResult(summary, redact));
        return;
      }
      const out = asJson ? io.stderr : io.stdout;
      if (asJson && !isPretty(io)) return;
      out.write(redact(syncText(summary, styleFor(out, noColor), wrapWidth(out))));
    },
    failed(runId: string, app: string, error: BridgeError): void {
      if (asJson) io.stdout.write(redact(jsonLine(failedSync(runId, app, error))));
      if (!forKestra) return;
      const counts = error instanceof FailedSync ? countsOf(error.result) : null;
      io.stdout.write(kestraFailure(runId, { app }, error, redactor, { counts }));
    },
  };
}

/** A failed sync as an object; one that has a result keeps its counts and problems. */
export function failedSync(runId: string, app: string, error: BridgeError): Record<string, unknown> {
  const { result } = error instanceof FailedSync ? error : {};
  const summary = { runId, exitStatus: error.exit, dryRun: false, earlier: null, command: '' };
  return {
    ...(result !== undefined && syncJson({ ...summary, result })),
    runId,
    app,
    status: 'FAILED',
    exitStatus: error.exit,
    error: failureJson(error),
  };
}

function kestraResult(summary: SyncSummary, redact: (text: string) => string): string {
  const { runId, result, exitStatus } = summary;
  const app = result.appKey;
  const work = workOf(summary);
  const counts = countsOf(result);
  const release = releaseOfSync(summary);
  const holdReason = holdReasonOf(summary);
  return kestraOutputs(kestraMetrics(counts, result.durationMs, { app, work }), {
    run_id: runId,
    app,
    status: STATUS[result.status],
    exit_status: exitStatus,
    work,
    mode: result.mode,
    counts,
    held_deletes: result.held,
    hold_reason: holdReason === null ? null : redact(holdReason),
    release_command: release?.command ?? null,
    release_hint: release?.hint ?? null,
    next_run_after: result.nextRunAfter?.toISOString() ?? null,
  });
}
