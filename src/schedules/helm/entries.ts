import { isMap, isScalar, type LineCounter, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml';
import type { GeneratedKey } from './schedule-jobs.ts';
import type { ValuesProblem, ValuesProblems } from './values-problem.ts';

export type EntryNode = YAMLMap<ParsedNode, ParsedNode | null>;

/** An entry of `scheduleJobs` in a values file. */
export interface Entry {
  readonly index: number;
  readonly name: string;
  /** The line of its name, or of the entry if its name is merged into it. */
  readonly line: number;
  /** Undefined if the entry is an alias, which cannot be changed here. */
  readonly node: EntryNode | undefined;
  /** Its keys and values, with aliases and merged maps resolved. */
  readonly value: Readonly<Record<string, unknown>>;
}

/** The type of each key that the generator writes. A key that is required exists in every entry. */
const TYPES: Readonly<
  Record<GeneratedKey, { readonly type: string; readonly fits: (value: unknown) => boolean }>
> = {
  schedule: { type: 'a string', fits: isString },
  connectorPath: { type: 'a string', fits: isString },
  enabled: { type: 'true or false', fits: (value) => typeof value === 'boolean' },
  kind: { type: 'a string', fits: isString },
  timeZone: { type: 'a string', fits: isString },
  catchUp: { type: 'a string', fits: isString },
  secrets: { type: 'a list of strings', fits: (value) => Array.isArray(value) && value.every(isString) },
};

/** Checks the entries of a list. Keys of the operator may have any value: the schema of the chart checks them. */
export function entriesOf(
  list: YAMLSeq<ParsedNode>,
  values: unknown,
  lines: LineCounter,
): { readonly entries: readonly Entry[] } | ValuesProblems {
  const all: readonly unknown[] = Array.isArray(values) ? values : [];
  const entries: Entry[] = [];
  const problems: ValuesProblem[] = [];
  for (const [index, node] of list.items.entries()) {
    const value = all[index];
    const line = lineAt(node, lines);
    if (!isRecord(value)) {
      const message = 'An entry must be a mapping.';
      problems.push({ line, subject: `scheduleJobs[${index}]`, message, fix: 'Write - name: …' });
      continue;
    }
    const map = isMap<ParsedNode, ParsedNode | null>(node) ? node : undefined;
    const name = nameProblem(value, index, map, line, lines);
    problems.push(
      ...(typeof name === 'string' ? [] : [name]),
      ...typeProblems(value, index, map, line, lines),
    );
    if (typeof name !== 'string') continue;
    const earlier = entries.find((entry) => entry.name === name);
    const own = lineOf('name', map, line, lines);
    if (earlier !== undefined) {
      const message = `${JSON.stringify(name)} is the name of two entries; the first is in line ${earlier.line}.`;
      problems.push({
        line: own,
        subject: `scheduleJobs[${index}].name`,
        message,
        fix: 'Remove one of the entries, or give it another name.',
      });
    }
    entries.push({ index, name, line: own, node: map, value });
  }
  return problems.length > 0 ? { problems } : { entries };
}

function nameProblem(
  value: Readonly<Record<string, unknown>>,
  index: number,
  map: EntryNode | undefined,
  line: number,
  lines: LineCounter,
): string | ValuesProblem {
  const name = value['name'];
  if (typeof name === 'string' && name !== '') return name;
  const message =
    name === undefined ? 'An entry must have a name.' : 'A name must be a string that is not empty.';
  const subject = `scheduleJobs[${index}].name`;
  return {
    line: lineOf('name', map, line, lines),
    subject,
    message,
    fix: 'Write name: hr-employees, for example.',
  };
}

function typeProblems(
  value: Readonly<Record<string, unknown>>,
  index: number,
  map: EntryNode | undefined,
  line: number,
  lines: LineCounter,
): ValuesProblem[] {
  const found = Object.entries(TYPES).filter(
    ([key, { fits }]) => Object.hasOwn(value, key) && !fits(value[key]),
  );
  return found.map(([key, { type }]) => ({
    line: lineOf(key, map, line, lines),
    subject: `scheduleJobs[${index}].${key}`,
    message: `${key} must be ${type}, and it is ${JSON.stringify(value[key])}.`,
    fix: `Write ${type} there, or remove the key and generate it again.`,
  }));
}

function lineOf(key: string, map: EntryNode | undefined, fallback: number, lines: LineCounter): number {
  const found = map?.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
  return found === undefined ? fallback : lineAt(found.key, lines);
}

function lineAt({ range }: ParsedNode, lines: LineCounter): number {
  return lines.linePos(range[0]).line;
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
