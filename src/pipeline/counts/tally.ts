import { RESULT_SAMPLES_MAX } from '../limits.ts';
import { LACKS } from '../../kernel/batch-renderer.ts';
import type { OutgoingDocument } from '../outgoing/outgoing-document.ts';
import type { DataQuality } from '../ports/data-quality.ts';
import type { RunCounts } from '../ports/ports.ts';

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
  untitled = 0;
  empty = 0;
  unlinked = 0;
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

  /** Decodes the id of a document only for a sample. */
  sampleOf(kind: SampleKind, document: Pick<OutgoingDocument, 'docId'>): void {
    if (this.samples[kind].length < RESULT_SAMPLES_MAX) this.sample(kind, document.docId);
  }

  /**
   * Counts what is missing from a document that is to be sent. Users of the index notice it, and nothing else in the run reports
   * it.
   */
  examine({ lacks }: Pick<OutgoingDocument, 'lacks'>): void {
    if ((lacks & LACKS.title) !== 0) this.untitled++;
    if ((lacks & LACKS.content) !== 0) this.empty++;
    if ((lacks & LACKS.uri) !== 0) this.unlinked++;
  }

  counts(): RunCounts {
    const { seen, unchanged, resent, added, changed, missing, deleted, held, quarantined } = this;
    const again = resent === undefined ? {} : { resent };
    const counts = { seen, unchanged, ...again, added, changed, missing, deleted, held, quarantined };
    return { ...counts, rejected: 0, ...this.#lacks() };
  }

  #lacks(): DataQuality {
    const { untitled, empty, unlinked } = this;
    return {
      ...(untitled > 0 && { untitled }),
      ...(empty > 0 && { empty }),
      ...(unlinked > 0 && { unlinked }),
    };
  }
}
