import { RESULT_SAMPLES_MAX } from '../limits.ts';
import type { DocumentRenderer } from '../document/document.ts';
import type { DataQuality } from '../ports/data-quality.ts';
import type { RunCounts } from '../ports/ports.ts';

export type SampleKind = 'added' | 'changed' | 'deleted' | 'held' | 'quarantined';

/** The size of its quotes; a link that is `null` has no bytes at all. */
const EMPTY_JSON_STRING = 2;

type ExaminedDocument = Pick<DocumentRenderer, 'title' | 'uri' | 'makesLinks'> & {
  readonly content: { readonly length: number };
};

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

  /**
   * Counts what is missing from a document that is to be sent. Users of the index notice it, and nothing else in the run reports
   * it.
   */
  examine({ title, content, uri, makesLinks }: ExaminedDocument): void {
    if (title.end - title.start <= EMPTY_JSON_STRING) this.untitled++;
    if (content.length === 0) this.empty++;
    if (makesLinks && uri.end - uri.start <= EMPTY_JSON_STRING) this.unlinked++;
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
