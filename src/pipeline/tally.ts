import { RESULT_SAMPLES_MAX } from '../core/limits.ts';
import type { RunCounts } from './ports/ports.ts';

export type SampleKind = 'added' | 'changed' | 'deleted' | 'held' | 'quarantined';

/** The counts of a run in progress, with a few examples of each. */
export class Tally {
  seen = 0;
  unchanged = 0;
  /** Undefined unless every document is sent. */
  resent: number | undefined;
  added = 0;
  changed = 0;
  missing: number | null = null;
  deleted = 0;
  held = 0;
  quarantined = 0;
  readonly samples: Record<SampleKind, string[]> = {
    added: [],
    changed: [],
    deleted: [],
    held: [],
    quarantined: [],
  };

  sample(kind: SampleKind, text: string): void {
    const samples = this.samples[kind];
    if (samples.length < RESULT_SAMPLES_MAX) samples.push(text);
  }

  counts(): RunCounts {
    const { seen, unchanged, resent, added, changed, missing, deleted, held, quarantined } = this;
    const again = resent === undefined ? {} : { resent };
    return { seen, unchanged, ...again, added, changed, missing, deleted, held, quarantined, rejected: 0 };
  }
}
