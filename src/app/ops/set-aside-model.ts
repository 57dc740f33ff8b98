/** What the artifacts of a run list; the rest of the model of Ops is in `model.ts`. */

export interface OpsHeldDocuments {
  /** The artifact that lists them. */
  readonly uri: string;
  readonly total: number;
  readonly doc_ids: readonly string[];
  /** Why the artifact cannot be read; null if it can. */
  readonly problem: string | null;
}

export interface OpsQuarantinedRows {
  readonly uri: string;
  readonly total: number;
  readonly items: readonly {
    /** Of the listing, from 1. */
    readonly row: number | null;
    /** Such as `people.csv, line 4`; empty where the source has nothing to tell. */
    readonly place: string;
    readonly doc_id: string | null;
    readonly code: string;
    readonly reason: string;
  }[];
  readonly problem: string | null;
}
