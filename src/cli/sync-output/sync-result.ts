import { FailedSync } from '../../app/sync/failed-sync.ts';
import type { BridgeError } from '../../core/errors.ts';
import type { CommandIo } from '../command-io.ts';
import { failureJson } from '../output/failure.ts';
import { jsonLine } from '../output/json-output.ts';
import { isPretty } from '../output/pretty-log.ts';
import { styleFor } from '../output/style.ts';
import { wrapWidth } from '../output/wrap.ts';
import { marked, unmarked } from '../run-output/kestra-lines.ts';
import { syncJson, syncText, type SyncSummary } from './sync-summary.ts';

/** Writes results of syncs to stdout: as text for people, as one JSON object for a program, or as lines for Kestra. */
export function syncResultWriter(io: CommandIo, asJson: boolean) {
  const { redactor, logFormat, noColor } = io.env;
  const forKestra = logFormat === 'kestra';
  const redact = (text: string) => redactor.redact(text);
  return {
    done(summary: SyncSummary): void {
      if (asJson) io.stdout.write(redact(jsonLine(syncJson(summary))));
      const out = asJson ? io.stderr : io.stdout;
      if (!asJson || isPretty(io)) {
        const text = redact(syncText(summary, styleFor(out, noColor), wrapWidth(out)));
        out.write(forKestra ? unmarked(text) : text);
      }
      if (forKestra) io.stdout.write(`${redact(marked({ outputs: outputsOf(syncJson(summary)) }))}\n`);
    },
    failed(runId: string, app: string, error: BridgeError): void {
      const failure = failedSync(runId, app, error);
      if (asJson) io.stdout.write(redact(jsonLine(failure)));
      if (forKestra) io.stdout.write(`${redact(marked({ outputs: outputsOf(failure) }))}\n`);
    },
  };
}

/** A failed sync as an object; one that has a result keeps its counts and problems. */
export function failedSync(runId: string, app: string, error: BridgeError): Record<string, unknown> {
  const result =
    error instanceof FailedSync
      ? syncJson({ runId, result: error.result, exitStatus: error.exit, dryRun: false, command: '' })
      : {};
  return { ...result, runId, app, status: 'FAILED', exitStatus: error.exit, error: failureJson(error) };
}

function outputsOf({ runId, app, status, exitStatus, counts, error }: Record<string, unknown>) {
  return {
    run_id: runId,
    app,
    status,
    exit_status: exitStatus,
    counts: counts ?? null,
    error: error ?? null,
  };
}
