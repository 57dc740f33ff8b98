import type { Schedulable } from '../../schedules/schedulable.ts';
import { requirePath } from '../repository-paths.ts';
import type { FileChange, RepositoryBase } from '../repository.ts';
import { flowChange } from './flow-change.ts';
import type { RepositoryLayout } from './repository-layout.ts';
import { valuesChange } from './values-change.ts';

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

export interface ChangeSet {
  /** The files that differ from the base, the connector first. */
  readonly files: readonly FileChange[];
  readonly notes: readonly ChangeNote[];
}

/** What one part of the repository gets; neither, if it is as it should be. */
export interface PartialChange {
  readonly file?: FileChange;
  readonly note?: ChangeNote;
}

/**
 * The files of a change: the connector, its Kestra flow and its entry of `scheduleJobs`. It is computed from the newest base, so that
 * other entries of shared files are kept.
 * @throws BridgeError GITHUB_*, or REPOSITORY_FILE_REFUSED
 */
export async function changeSet(
  change: ConnectorChange,
  base: RepositoryBase,
  layout: RepositoryLayout,
  signal: AbortSignal,
): Promise<ChangeSet> {
  const { path, after } = change;
  requirePath(path);
  const before = (await base.read(path, signal))?.text ?? null;
  const parts = [
    { file: { path, before, after } },
    await flowChange(change, base, layout, signal),
    await valuesChange(change, base, layout, signal),
  ] as const satisfies readonly PartialChange[];
  return {
    files: parts.flatMap(({ file }) => (file === undefined || file.before === file.after ? [] : [file])),
    notes: parts.flatMap((part: PartialChange) => part.note ?? []),
  };
}
