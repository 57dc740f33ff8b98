import type { Clock } from '../../../core/time/clock.ts';
import { withDeadline } from '../../../core/time/deadline.ts';
import { toBridgeError, type BridgeError } from '../../../core/errors.ts';
import type { ExitStatus } from '../../../core/exit-status.ts';
import { ALERT_MEMORY_MS_MAX, TELEMETRY_SETTLE_MS_MAX } from '../../limits.ts';
import {
  TELEMETRY_FLUSH_MS_MAX,
  TELEMETRY_MESSAGE_CHARACTERS_MAX,
  TELEMETRY_TEXT_CHARACTERS_MAX,
} from '../../../core/limits.ts';
import type { Logger } from '../../../core/log.ts';
import { sleep } from '../../../core/retry.ts';
import type { Observer } from '../../../pipeline/ports/job.ts';
import type { Channel } from '../../../telemetry/channel.ts';
import type { RunEnd, RunProblem, RunSubject } from '../../../telemetry/run-report.ts';
import { RunWatch } from '../../../telemetry/run-watch.ts';
import type { ProxySettings } from '../../../net/proxy.ts';
import type { TelemetrySettings } from '../../../telemetry/settings.ts';
import { shownText } from '../../../telemetry/text.ts';
import { stateLocation } from '../state-location.ts';

/** The environment of telemetry. */
export interface TelemetryContext {
  readonly settings: TelemetrySettings;
  readonly proxy: ProxySettings;
  readonly databaseUrl: string | undefined;
  readonly cwd: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** The version of this program. */
  readonly version: string;
  /** Removes secrets from a text. */
  readonly redact: (text: string) => string;
  /** Only tests set this, because they may run on a slow machine. */
  readonly timing?: TelemetryTiming;
}

export interface TelemetryTiming {
  readonly flushMs: number;
  readonly settleMs: number;
  readonly memoryMs: number;
}

const TIMING: TelemetryTiming = {
  flushMs: TELEMETRY_FLUSH_MS_MAX,
  settleMs: TELEMETRY_SETTLE_MS_MAX,
  memoryMs: ALERT_MEMORY_MS_MAX,
};

/** The facts about a run that are known before it starts. */
export type ReportedRun = Omit<RunSubject, 'version' | 'startedAt'>;

/** What telemetry reports about the result of a run. */
export interface ReportedResult extends Pick<RunEnd, 'counts' | 'watermark' | 'holdReason'> {
  readonly status: Exclude<RunEnd['status'], 'FAILED'>;
  readonly work: NonNullable<RunEnd['work']>;
}

/** How a run ended, from the point of view of its command. */
type RunEnding =
  { readonly result: ReportedResult; readonly exitStatus: ExitStatus } | { readonly error: BridgeError };

/** Sends telemetry about one run. A failure of telemetry never affects the run. */
export interface Telemetry {
  readonly observer: Observer;
  /** Reports the end of the run within a second. Never rejects. */
  finished(ending: RunEnding): Promise<void>;
}

/** Opens the channels that the settings enable, and does not load the code of other channels. */
export async function openTelemetry(run: ReportedRun, context: TelemetryContext): Promise<Telemetry> {
  const channels: Channel[] = [];
  const watch = new RunWatch(context.clock, (phase) => {
    for (const channel of channels) channel.phaseEnded(phase);
  });
  const subject: RunSubject = {
    ...run,
    version: context.version,
    startedAt: watch.startedAt,
  };
  channels.push(...(await openChannels(subject, context)));
  return {
    observer: watch,
    async finished(ending) {
      const end = endOf(ending, watch, context);
      await Promise.all(channels.map((channel) => tell(channel, end, context)));
    },
  };
}

/** Does the work of a run and reports how it ended. @param exitStatusOf the exit status that the command will have */
export async function withTelemetry<Result extends ReportedResult>(
  telemetry: Telemetry,
  exitStatusOf: (result: Result) => ExitStatus,
  work: () => Promise<Result>,
): Promise<Result> {
  let result: Result;
  try {
    result = await work();
  } catch (thrown) {
    await telemetry.finished({ error: toBridgeError(thrown) });
    throw thrown;
  }
  await telemetry.finished({ result, exitStatus: exitStatusOf(result) });
  return result;
}

/** Combines two observers into one. */
export function bothObservers(one: Observer, other: Observer): Observer {
  return {
    phase(phase) {
      one.phase(phase);
      other.phase(phase);
    },
    expected(rows) {
      one.expected?.(rows);
      other.expected?.(rows);
    },
    rows(counts) {
      one.rows(counts);
      other.rows(counts);
    },
  };
}

async function openChannels(subject: RunSubject, context: TelemetryContext): Promise<Channel[]> {
  const { splunk, teams, traces } = context.settings;
  const { memoryMs, settleMs } = context.timing ?? TIMING;
  const ports = { ...context, wait: sleep };
  const channels: Channel[] = [];
  if (splunk !== undefined) {
    const { splunkChannel } = await import('../../../telemetry/splunk/channel.ts');
    channels.push(splunkChannel(splunk, subject, ports));
  }
  if (teams !== undefined) {
    const { teamsChannel } = await import('../../../telemetry/teams/channel.ts');
    const openMemory = async () => {
      const { openAlertState } = await import('../../../state/server/alert-state.ts');
      return openAlertState(stateLocation(context));
    };
    channels.push(teamsChannel(teams, subject, { ...ports, openMemory, memoryMs, settleMs }));
  }
  if (traces !== undefined) {
    const { traceChannel } = await import('../../../telemetry/traces/channel.ts');
    channels.push(traceChannel(traces, subject));
  }
  return channels;
}

async function tell(
  channel: Channel,
  end: RunEnd,
  { log, timing = TIMING }: TelemetryContext,
): Promise<void> {
  const late = AbortSignal.timeout(timing.flushMs);
  // Each channel has a shorter deadline; this one ensures that a bug in a channel cannot block the run.
  const seconds = (timing.flushMs + 2 * timing.settleMs) / 1_000;
  try {
    const undelivered = await withDeadline(seconds, NEVER, () => channel.finish(end, late));
    if (undelivered === undefined) return;
    const { count, what, reason, fix } = undelivered;
    log.warn(`some telemetry of this run was not delivered to ${channel.name}`, {
      undelivered: count,
      what,
      reason,
      ...(fix === undefined ? {} : { fix }),
    });
  } catch (thrown) {
    log.warn(`${channel.name} may not have received all telemetry of this run`, {
      reason: thrown instanceof Error ? thrown.message : String(thrown),
    });
  }
}

/** The end of a run is reported even after a signal has stopped it, so only its own deadline limits it. */
const NEVER = new AbortController().signal;

function endOf(ending: RunEnding, watch: RunWatch, { redact }: TelemetryContext): RunEnd {
  const { rows, durationMs, finishedAt } = watch.end();
  const times = { phases: watch.phases, durationMs, finishedAt };
  if ('error' in ending) {
    const { error } = ending;
    const none = { work: null, watermark: null, holdReason: null };
    return {
      status: 'FAILED',
      exitStatus: error.exit,
      counts: rows,
      error: problemOf(error, redact),
      ...none,
      ...times,
    };
  }
  const { status, work, counts, watermark, holdReason } = ending.result;
  return {
    status,
    exitStatus: ending.exitStatus,
    work,
    counts,
    watermark,
    holdReason,
    error: null,
    ...times,
  };
}

function problemOf(
  { code, message, hint, retryable }: BridgeError,
  redact: (text: string) => string,
): RunProblem {
  return {
    code,
    message: shownText(redact(message), TELEMETRY_MESSAGE_CHARACTERS_MAX),
    hint: hint === undefined ? null : shownText(redact(hint), TELEMETRY_TEXT_CHARACTERS_MAX),
    retryable,
  };
}
