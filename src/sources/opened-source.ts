import type { Source } from '../pipeline/ports/ports.ts';

/** An enabled rule of a database that hides rows of a table from some of its users. Names are as in the catalog. */
export interface RowPolicy {
  readonly name: string;
  readonly schema: string;
  readonly table: string;
}

/** A source, with what only `doctor` asks of it. */
export interface OpenedSource extends Source {
  /**
   * The policies of a database that may hide rows from its user: a hidden row looks deleted. Absent where there is nothing to
   * ask, and where the source refuses such a query by itself.
   * Fails as `read` does; with SOURCE_PERMISSION where the user may not see whether there are any.
   */
  rowPolicies?(signal: AbortSignal): Promise<readonly RowPolicy[]>;
}
