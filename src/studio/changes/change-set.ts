import { requirePath } from '../repository-paths.ts';
import type { FileChange, RepositoryBase } from '../repository.ts';
import type { ChangeNote, ConnectorChange, PartialChange } from './connector-change.ts';
import { flowChange } from './flow-change.ts';
import type { RepositoryLayout } from './repository-layout.ts';
import { valuesChange } from './values-change.ts';

export interface ChangeSet {
  /** The files that differ from the base, the connector first. */
  readonly files: readonly FileChange[];
  readonly notes: readonly ChangeNote[];
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
