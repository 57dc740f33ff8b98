import type { Observer } from '../ports/job.ts';
import type { RunCounts } from '../ports/ports.ts';

/** Forwards the events of a run, and keeps the count of its rows for other users, such as the heartbeat of its lease. */
export class RowsSeen implements Observer {
  readonly #observer: Observer;
  /** The run's own counts object, which keeps growing, so that a batch needs no copy. */
  #counts: Pick<RunCounts, 'seen'> | undefined;

  constructor(observer: Observer) {
    this.#observer = observer;
  }

  /** Undefined before the first batch. */
  get seen(): number | undefined {
    return this.#counts?.seen;
  }

  phase(phase: Parameters<Observer['phase']>[0]): void {
    this.#observer.phase(phase);
  }

  expected(rows: number): void {
    this.#observer.expected?.(rows);
  }

  rows(counts: Parameters<Observer['rows']>[0]): void {
    this.#counts = counts;
    this.#observer.rows(counts);
  }
}
