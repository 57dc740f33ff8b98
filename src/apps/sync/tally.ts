import { SYNC_PROBLEMS_MAX } from '../limits.ts';
import type { CollectionResult, SyncCounts, SyncProblem } from '../sync-result.ts';

export type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

export function noCounts(): Writable<SyncCounts> {
  return { created: 0, updated: 0, deleted: 0, unchanged: 0, held: 0, errors: 0 };
}

/** The counts of all collections together. */
export function totalOf(collections: readonly CollectionResult[]): SyncCounts {
  const total = noCounts();
  for (const counts of collections) {
    total.created += counts.created;
    total.updated += counts.updated;
    total.deleted += counts.deleted;
    total.unchanged += counts.unchanged;
    total.held += counts.held;
    total.errors += counts.errors;
  }
  return total;
}

/** The problems of a sync, as many as its result lists. */
export class Problems {
  readonly #listed: SyncProblem[] = [];
  readonly #redact: (text: string) => string;

  constructor(redact: (text: string) => string) {
    this.#redact = redact;
  }

  get listed(): readonly SyncProblem[] {
    return this.#listed;
  }

  add(problem: SyncProblem): void {
    if (this.#listed.length < SYNC_PROBLEMS_MAX)
      this.#listed.push({ ...problem, message: this.#redact(problem.message) });
  }
}
