/** The entries that the artifacts of a run list; the rest of the Ops model is in `model.ts`. */

export interface OpsHeldDocuments {
  /** The URI of the artifact that contains the list. */
  readonly uri: string;
  readonly total: number;
  readonly doc_ids: readonly string[];
  /** Why the artifact cannot be read; null if it was read. */
  readonly problem: string | null;
}

export interface OpsQuarantinedRows {
  readonly uri: string;
  readonly total: number;
  readonly items: readonly {
    /** The row number in the listing, from 1. */
    readonly row: number | null;
    /** A position such as `people.csv, line 4`; empty if the source does not report one. */
    readonly place: string;
    readonly doc_id: string | null;
    readonly code: string;
    readonly reason: string;
  }[];
  readonly problem: string | null;
}
