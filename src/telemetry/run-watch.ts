import type { Clock } from '../core/time/clock.ts';
import type { Observer } from '../pipeline/ports/job.ts';
import type { Phase } from '../pipeline/ports/ports.ts';
import type { PhaseTime } from './run-report.ts';

type Rows = Parameters<Observer['rows']>[0];

/** Records the times of a run's phases, and the latest counts. */
export class RunWatch implements Observer {
  readonly startedAt: Date;
  readonly phases: PhaseTime[] = [];
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #phaseEnded: (phase: PhaseTime) => void;
  #open: { readonly phase: Phase; readonly startedAt: Date; readonly startedMs: number } | undefined;
  #rows: Rows | undefined;

  constructor(clock: Clock, phaseEnded: (phase: PhaseTime) => void) {
    this.#clock = clock;
    this.#phaseEnded = phaseEnded;
    this.startedAt = clock.now();
    this.#startedMs = clock.elapsedMs();
  }

  phase(phase: Phase): void {
    this.#close();
    this.#open = { phase, startedAt: this.#clock.now(), startedMs: this.#clock.elapsedMs() };
  }

  /** Copied, because the run continues to change its counts. */
  rows({ seen, unchanged, added, changed, quarantined }: Rows): void {
    this.#rows = { seen, unchanged, added, changed, quarantined };
  }

  /** Ends the last phase when the run is over. */
  end(): { readonly durationMs: number; readonly finishedAt: Date; readonly rows: Partial<Rows> } {
    this.#close();
    const durationMs = Math.round(this.#clock.elapsedMs() - this.#startedMs);
    return { durationMs, finishedAt: this.#clock.now(), rows: this.#rows ?? {} };
  }

  #close(): void {
    if (this.#open === undefined) return;
    const { phase, startedAt, startedMs } = this.#open;
    this.#open = undefined;
    const ended = { phase, startedAt, durationMs: Math.round(this.#clock.elapsedMs() - startedMs) };
    this.phases.push(ended);
    this.#phaseEnded(ended);
  }
}
