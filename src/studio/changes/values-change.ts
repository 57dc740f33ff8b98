import { scheduleJobs } from '../../schedules/helm/schedule-jobs.ts';
import { updateValuesEntry } from '../../schedules/helm/update-values.ts';
import { readValues } from '../../schedules/helm/values-file.ts';
import type { ValuesProblem } from '../../schedules/helm/values-problem.ts';
import type { RepositoryBase } from '../repository.ts';
import type { ConnectorChange, PartialChange } from './connector-change.ts';
import { findValues, type RepositoryLayout } from './repository-layout.ts';

/** The change of the connector's entry of `scheduleJobs`. All other entries and comments stay, byte for byte. */
export async function valuesChange(
  { name, path: connectorPath, schedulable }: ConnectorChange,
  base: RepositoryBase,
  layout: RepositoryLayout,
  signal: AbortSignal,
): Promise<PartialChange> {
  const found = await findValues(base, layout, signal);
  if ('missing' in found) {
    return note('info', `${found.missing} This proposal has no entry of scheduleJobs.`);
  }
  const { path, text: before } = found;
  const values = readValues(before);
  if ('problems' in values) return unchangeable(path, values.problems);
  const entry = values.entries.find((each) => each.name === name)?.value;
  const other = entry?.['connectorPath'];
  if (typeof other === 'string' && other !== connectorPath && other !== `./${connectorPath}`) {
    return note('warn', `${path}: the entry ${name} of scheduleJobs runs ${other}, so it is left unchanged.`);
  }
  if (entry?.['generated'] === false) {
    const text = `${path}: the entry ${name} of scheduleJobs has generated: false, so it is left unchanged.`;
    return note('warn', `${text} Change it by hand if it must follow the connector.`);
  }
  const { jobs, unsupported } = scheduleJobs(schedulable === null ? [] : [schedulable]);
  const [problem] = unsupported;
  if (problem !== undefined) {
    return note(
      'warn',
      `This proposal has no entry of scheduleJobs: ${problem.message} Choose a shorter name.`,
    );
  }
  const updated = updateValuesEntry(before, name, jobs[0]);
  if ('problems' in updated) return unchangeable(path, updated.problems);
  return updated.changes.length === 0 ? {} : { file: { path, before, after: updated.text } };
}

function unchangeable(path: string, problems: readonly ValuesProblem[]): PartialChange {
  const reasons = problems.map(({ line, message, fix }) => `${path}:${line}: ${message} ${fix}`).join(' ');
  return note('warn', `The entry of scheduleJobs is left unchanged. ${reasons}`);
}

function note(tone: 'info' | 'warn', text: string): PartialChange {
  return { note: { tone, text } };
}
