/** A row with its id, whose document is needed only if the phase diff finds that it is new or changed. */
export interface IdentifiedRow {
  readonly row: number;
  readonly docId: string;
  /** The fingerprint of the id, in two halves. */
  readonly idHigh: number;
  readonly idLow: number;
  /** The position among the rows to identify; for unknown rows, this is the index of the fingerprint. */
  readonly index: number;
  readonly oversized: boolean;
}
