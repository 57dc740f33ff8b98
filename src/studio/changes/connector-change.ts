import type { Schedulable } from '../../schedules/schedulable.ts';
import type { FileChange } from '../repository.ts';

/** A connector as a proposal leaves it. */
export interface ConnectorChange {
  /** `metadata.name` */
  readonly name: string;
  readonly path: string;
  /** The new text of the connector; null: it is deleted. */
  readonly after: string | null;
  /** The new connector as schedulers see it; null if it is deleted. */
  readonly schedulable: Schedulable | null;
}

/** A sentence about what a proposal leaves out; `warn`: a person must do it. */
export interface ChangeNote {
  readonly tone: 'info' | 'warn';
  readonly text: string;
}

/** What one part of the repository gets; neither, if it is as it should be. */
export interface PartialChange {
  readonly file?: FileChange;
  readonly note?: ChangeNote;
}
