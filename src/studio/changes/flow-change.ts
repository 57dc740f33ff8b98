import { generatedState, sourceOf, stateOfOther, withHeader } from '../../schedules/generated-file.ts';
import { GENERATED_FOLDER, kestraFlows } from '../../schedules/kestra/flows.ts';
import { requirePath } from '../repository-paths.ts';
import type { RepositoryBase } from '../repository.ts';
import type { ConnectorChange, PartialChange } from './connector-change.ts';
import type { RepositoryLayout } from './repository-layout.ts';

/** The change of the connector's Kestra flow. A flow that was written or changed by hand is left alone. */
export async function flowChange(
  { name, path: connectorPath, schedulable }: ConnectorChange,
  base: RepositoryBase,
  { flowsPath }: RepositoryLayout,
  signal: AbortSignal,
): Promise<PartialChange> {
  if ((await base.list(flowsPath, signal)).length === 0) {
    return info(`The repository has no folder ${flowsPath}, so this proposal has no Kestra flow.`);
  }
  const path = `${flowsPath}/${GENERATED_FOLDER}/${name}.yaml`;
  requirePath(path);
  const before = (await base.read(path, signal))?.text ?? null;
  if (before !== null) {
    const source = sourceOf(before);
    if (source !== undefined && source !== connectorPath) {
      return warn(
        `${path} is the flow of ${source}, so it is left unchanged. Rename one of the definitions.`,
      );
    }
    if (stateOfOther(before.replaceAll('\r\n', '\n')) !== 'outdated') {
      const instead =
        schedulable === null
          ? 'Remove it by hand.'
          : 'Run `gemini-sync-bridge generate kestra --force` to write it again.';
      return warn(`${path} was written or changed by hand, so it is left unchanged. ${instead}`);
    }
  }
  if (schedulable === null) return before === null ? {} : { file: { path, before, after: null } };
  const { files, problems } = kestraFlows([schedulable]);
  const [flow] = files;
  if (flow === undefined) {
    const reasons = problems.map(({ field, message, fix }) => `${field}: ${message} ${fix}`).join(' ');
    return warn(`This proposal has no Kestra flow, because Kestra would not accept it. ${reasons}`);
  }
  if (before !== null && generatedState(flow, before) === 'current') return {};
  return { file: { path, before, after: withHeader(flow) } };
}

function info(text: string): PartialChange {
  return { note: { tone: 'info', text } };
}

function warn(text: string): PartialChange {
  return { note: { tone: 'warn', text } };
}
