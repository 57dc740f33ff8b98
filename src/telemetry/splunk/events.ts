import type { PhaseTime, RunEnd, RunSubject } from '../run-report.ts';

/** The source type that searches use; `docs/telemetry.md` documents the fields. */
const SOURCETYPE = 'gemini_sync_bridge:run';
const SOURCE = 'gemini-sync-bridge';

/** One event in the form of the HTTP Event Collector. */
export interface HecEvent {
  /** Seconds since 1970, with milliseconds. */
  readonly time: number;
  readonly host: string;
  readonly source: string;
  readonly sourcetype: string;
  readonly event: Readonly<Record<string, unknown>>;
}

/** Builds the events of one run. */
export class RunEvents {
  readonly #subject: RunSubject;
  readonly #host: string;

  constructor(subject: RunSubject, host: string) {
    this.#subject = subject;
    this.#host = host;
  }

  started(): HecEvent {
    return this.#event('run_started', this.#subject.startedAt, {});
  }

  phaseEnded({ phase, startedAt, durationMs }: PhaseTime): HecEvent {
    const ended = new Date(startedAt.getTime() + durationMs);
    return this.#event('phase_ended', ended, { phase, duration_ms: durationMs });
  }

  ended(end: RunEnd): HecEvent {
    const { error } = end;
    const phaseMs = end.phases.map(({ phase, durationMs }) => [phase, durationMs] as const);
    return this.#event('run_ended', end.finishedAt, {
      status: end.status,
      exit_status: end.exitStatus,
      work: end.work,
      duration_ms: end.durationMs,
      phase_ms: Object.fromEntries(phaseMs),
      counts: end.counts,
      watermark: end.watermark,
      hold_reason: end.holdReason,
      failed_phase: error === null ? null : (end.phases.at(-1)?.phase ?? null),
      error_code: error?.code ?? null,
      error_message: error?.message ?? null,
      error_hint: error?.hint ?? null,
      error_retryable: error?.retryable ?? null,
    });
  }

  #event(kind: string, at: Date, fields: Readonly<Record<string, unknown>>): HecEvent {
    const {
      runId,
      kind: definitionKind,
      connector,
      namedAfterFile,
      target,
      targetKind,
      mode,
      version,
    } = this.#subject;
    const common = {
      event: kind,
      run_id: runId,
      kind: definitionKind,
      connector,
      connector_named_after: namedAfterFile ? 'file' : 'metadata',
      target,
      target_kind: targetKind,
      mode,
      version,
    };
    return {
      time: at.getTime() / 1_000,
      host: this.#host,
      source: SOURCE,
      sourcetype: SOURCETYPE,
      event: { ...common, ...fields },
    };
  }
}
