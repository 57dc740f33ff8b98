import { exitStatusOfSync } from '../../app/sync/app-work.ts';
import type { FinishedJob, WorkedOff } from '../../app/sync/jobs/work-off-jobs.ts';
import { EXIT, type ExitStatus } from '../../core/exit-status.ts';
import { printable } from '../../core/text/printable.ts';
import type { CommandIo } from '../command-io.ts';
import { failureText } from '../output/failure.ts';
import { jsonLine } from '../output/json-output.ts';
import { PLAIN, styleFor } from '../output/style.ts';
import { wrapIndented, wrapWidth } from '../output/wrap.ts';
import { kestraMetrics, kestraOutputs } from '../run-output/kestra-lines.ts';
import { kestraResultMessages } from '../run-output/kestra-messages.ts';
import { syncNotices } from './sync-notices.ts';
import { failedSync } from './sync-result.ts';
import { countsOf, syncJson, syncText, type SyncSummary } from './sync-summary.ts';

/**
 * Writes what became of requests.
 * @returns the exit status of the command: that of a failed sync if there is one, else of a partial or held one
 */
export function writeQueued(done: WorkedOff, io: CommandIo, asJson: boolean): ExitStatus {
  const { redactor, noColor } = io.env;
  const exitStatus = exitStatusOf(done);
  const forKestra = io.env.logFormat === 'kestra';
  if (asJson) {
    io.stdout.write(redactor.redact(jsonLine({ jobs: done.jobs.map(jobJson), busy: done.busy, exitStatus })));
  } else if (!forKestra) {
    io.stdout.write(redactor.redact(textOf(done, styleFor(io.stdout, noColor), wrapWidth(io.stdout))));
  }
  if (forKestra) {
    const text = asJson ? undefined : textOf(done, PLAIN, Infinity);
    io.stdout.write(kestraResultMessages(noticesOf(done), text, redactor));
    const outputs = { exit_status: exitStatus, jobs: done.jobs.length, busy: done.busy };
    io.stdout.write(kestraOutputs(metricsOf(done), outputs));
  }
  return exitStatus;
}

function noticesOf({ jobs }: WorkedOff): string[] {
  return jobs.flatMap(({ request, end }) => {
    if (end.outcome === 'done') return syncNotices(summaryOf(request, end.result));
    return end.outcome === 'failed' ? [`${printable(request.appKey)}: ${failureText(end.error)}`] : [];
  });
}

function metricsOf({ jobs }: WorkedOff) {
  return jobs.flatMap(({ request: { appKey: app }, end }) => {
    if (end.outcome === 'given_back' || end.result === undefined) return [];
    return kestraMetrics(countsOf(end.result), end.result.durationMs, { app, work: 'done' });
  });
}

function exitStatusOf({ jobs, busy }: WorkedOff): ExitStatus {
  const statuses = jobs.map(({ end }) => {
    if (end.outcome === 'failed') return end.error.exit;
    return end.outcome === 'done' ? exitStatusOfSync(end.result, false) : EXIT.tryAgain;
  });
  const mild: readonly ExitStatus[] = [EXIT.partial, EXIT.held, EXIT.done];
  const failed = statuses.find((status) => !mild.includes(status));
  const waiting = busy.length > 0 ? EXIT.tryAgain : EXIT.done;
  return failed ?? mild.slice(0, 2).find((status) => statuses.includes(status)) ?? waiting;
}

function jobJson({ request, end }: FinishedJob): Record<string, unknown> {
  const runId = request.runId ?? '';
  const job = { jobId: request.id, requestedBy: request.requestedBy };
  if (end.outcome === 'failed') return { ...job, ...failedSync(runId, request.appKey, end.error) };
  return end.outcome === 'done' ? { ...job, ...syncJson(summaryOf(request, end.result)) } : job;
}

function summaryOf({ appKey, runId }: FinishedJob['request'], result: SyncSummary['result']): SyncSummary {
  const exitStatus = exitStatusOfSync(result, false);
  return {
    runId: runId ?? '',
    result,
    exitStatus,
    dryRun: false,
    earlier: null,
    command: `sync --app ${appKey}`,
  };
}

function textOf({ jobs, busy }: WorkedOff, style: Parameters<typeof syncText>[1], columns: number): string {
  const texts = jobs.map(({ request, end }) => {
    if (end.outcome === 'done') return syncText(summaryOf(request, end.result), style, columns);
    if (end.outcome === 'given_back') return '';
    return `${style.bold(printable(request.appKey))}\n${wrapIndented(failureText(end.error), columns)}`;
  });
  const waiting = busy.map(
    (appKey) => `${style.bold(printable(appKey))}  another sync is in progress; the request waits\n`,
  );
  const all = [...texts, ...waiting].filter((text) => text !== '');
  return all.length === 0 ? 'No sync request waits.\n' : all.join('\n');
}
