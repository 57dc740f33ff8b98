import type { Entry } from './entries.ts';
import { entryEdits, keyChanges, type KeyChange } from './entry-edits.ts';
import { listEdits } from './list-edits.ts';
import type { ScheduleJob } from './schedule-jobs.ts';
import { applyEdits, withFinalBreak } from './text-edits.ts';
import { JOBS_KEY, readValues, type ValuesFile } from './values-file.ts';
import type { ValuesProblem, ValuesProblems } from './values-problem.ts';

/** A difference between the entries of a values file and the definitions. */
interface JobChange {
  /** The line in the values file before the change, from 1; of the list, for a new entry. */
  readonly line: number;
  readonly subject: string;
  /** A sentence about the values file as it is. */
  readonly message: string;
  /** A sentence about the values file after the change. */
  readonly done: string;
}

export interface UpdatedValues {
  readonly text: string;
  /** Empty if the text is the same as before. */
  readonly changes: readonly JobChange[];
}

interface Plan {
  readonly changed: readonly {
    readonly entry: Entry;
    readonly job: ScheduleJob;
    readonly keys: readonly KeyChange[];
  }[];
  readonly added: readonly ScheduleJob[];
  readonly removed: readonly Entry[];
}

/**
 * Gives `scheduleJobs` of a values file an entry for each job, and changes nothing else: comments, the order, keys of the
 * operator and all other values stay, byte for byte. Entries with `generated: false` are left alone, and no job gets a second
 * entry beside one.
 */
export function updateValues(text: string, jobs: readonly ScheduleJob[]): UpdatedValues | ValuesProblems {
  return update(text, (file) => planOf(file, jobs));
}

/**
 * Gives `scheduleJobs` of a values file the entry of one definition, as `updateValues` does, and leaves the entries of all others
 * alone.
 * @param name the name of the definition
 * @param job undefined if the definition has no schedule, or was deleted: its entry is removed
 */
export function updateValuesEntry(
  text: string,
  name: string,
  job: ScheduleJob | undefined,
): UpdatedValues | ValuesProblems {
  return update(text, ({ entries }) =>
    planOf({ entries: entries.filter((entry) => entry.name === name) }, job === undefined ? [] : [job]),
  );
}

function update(text: string, planned: (file: ValuesFile) => Plan): UpdatedValues | ValuesProblems {
  const whole = withFinalBreak(text);
  const file = readValues(whole);
  if ('problems' in file) return file;
  const plan = planned(file);
  const changes = changesOf(file, plan);
  if (changes.length === 0) return { text, changes };
  const problems: ValuesProblem[] = [];
  const edits = plan.changed.flatMap(({ entry, keys }) => {
    const found = entryEdits(whole, entry, keys);
    if (found === undefined) problems.push(unchangeable(entry, keys));
    return found ?? [];
  });
  const ofList = listEdits(file, plan.added, plan.removed);
  if (ofList === undefined) problems.push(listInBrackets(file));
  if (problems.length > 0) return { problems };
  const updated = applyEdits(whole, [...edits, ...(ofList ?? [])]);
  return isAsPlanned(file, updated, plan) ? { text: updated, changes } : { problems: [sharedValue(file)] };
}

function planOf({ entries }: Pick<ValuesFile, 'entries'>, jobs: readonly ScheduleJob[]): Plan {
  const generated = entries.filter(({ value }) => value['generated'] !== false);
  const pairs = generated.flatMap((entry) => {
    const job = jobs.find(({ name }) => name === entry.name);
    return job === undefined ? [] : [{ entry, job, keys: keyChanges(entry, job) }];
  });
  return {
    changed: pairs.filter(({ keys }) => keys.length > 0),
    added: jobs.filter(({ name }) => entries.every((entry) => entry.name !== name)),
    removed: generated.filter(({ name }) => jobs.every((job) => job.name !== name)),
  };
}

function changesOf({ pair, lines }: ValuesFile, { changed, added, removed }: Plan): JobChange[] {
  const line = pair === undefined ? 1 : lines.linePos(pair.key.range[0]).line;
  return [
    ...changed.flatMap(({ entry, keys }) =>
      keys.map((key): JobChange => ({
        line: key.pair === undefined ? entry.line : lines.linePos(key.pair.key.range[0]).line,
        subject: `scheduleJobs[${entry.index}].${key.key}`,
        message: differenceText(entry, key),
        done: changeText(entry, key),
      })),
    ),
    ...removed.map(({ index, name, line: own }): JobChange => ({
      line: own,
      subject: `scheduleJobs[${index}]`,
      message: `${name} has no definition with a schedule.`,
      done: `${name} was removed, because it has no definition with a schedule.`,
    })),
    ...added.map(({ name, connectorPath }): JobChange => ({
      line,
      subject: 'scheduleJobs',
      message: `${name} of ${connectorPath} has no entry.`,
      done: `${name} of ${connectorPath} was added.`,
    })),
  ];
}

function differenceText({ name }: Entry, change: KeyChange): string {
  return `${name} has ${actualText(change)}, and its definition has ${JSON.stringify(change.wanted)}.`;
}

function changeText({ name }: Entry, change: KeyChange): string {
  return `${name} had ${actualText(change)}, and has ${JSON.stringify(change.wanted)} now.`;
}

function actualText({ key, actual }: KeyChange): string {
  return actual === undefined ? `no ${key}` : `${key} ${JSON.stringify(actual)}`;
}

/** Whether the new text has the planned changes and no others. */
function isAsPlanned(before: ValuesFile, text: string, { changed, added, removed }: Plan): boolean {
  const after = readValues(text);
  if ('problems' in after) return false;
  const kept = before.entries.filter((entry) => !removed.includes(entry));
  const wanted = [
    ...kept.map((entry) => {
      const keys = changed.find((each) => each.entry === entry)?.keys ?? [];
      return { ...entry.value, ...Object.fromEntries(keys.map(({ key, wanted: value }) => [key, value])) };
    }),
    ...added,
  ];
  const found = after.entries.map(({ value }, index) =>
    index < kept.length ? value : { ...added[index - kept.length], ...value },
  );
  return isSame(found, wanted) && isSame(withoutJobs(after.values), withoutJobs(before.values));
}

function withoutJobs(values: unknown): unknown {
  if (typeof values !== 'object' || values === null) return {};
  return Object.fromEntries(Object.entries(values).filter(([key]) => key !== JOBS_KEY));
}

/** Compares values of YAML regardless of the order of their keys. */
function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left, sorted) === JSON.stringify(right, sorted);
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function unchangeable({ index, line, name }: Entry, keys: readonly KeyChange[]): ValuesProblem {
  const [key] = keys;
  const message = `${name} must change, but an anchor, an alias or a comment in its value is in the way.`;
  const wanted = keys.map((each) => `${each.key}: ${JSON.stringify(each.wanted)}`).join(', ');
  return { line, subject: `scheduleJobs[${index}].${key?.key ?? 'name'}`, message, fix: `Write ${wanted}.` };
}

function listInBrackets(values: ValuesFile): ValuesProblem {
  return {
    ...placeOfList(values),
    message:
      'Entries cannot be added to this list, or removed from it, because it is in brackets or an alias.',
    fix: 'Write one "- name: …" per entry, on lines of their own.',
  };
}

function sharedValue(values: ValuesFile): ValuesProblem {
  return {
    ...placeOfList(values),
    message:
      'The change would also affect other values of the file, because they share an anchor with an entry.',
    fix: 'Write the value without the anchor, then generate again.',
  };
}

function placeOfList({ pair, lines }: ValuesFile): Pick<ValuesProblem, 'line' | 'subject'> {
  return { line: pair === undefined ? 1 : lines.linePos(pair.key.range[0]).line, subject: 'scheduleJobs' };
}
