import { KIND_NOUNS } from '../../definitions/files/kind-names.ts';
import type { Schedulable } from '../schedulable.ts';
import { cronRefusal } from './cron-support.ts';
import type { KestraProblem } from './problem.ts';
import { acceptedInstead } from './time-zone-support.ts';

/** Flow ids that Kestra uses in its own addresses. */
const RESERVED_IDS: ReadonlySet<string> = new Set([
  'pause',
  'resume',
  'force-run',
  'change-status',
  'kill',
  'executions',
  'search',
  'source',
  'disable',
  'enable',
]);

/**
 * The same as the validator of the input `file` in the flow run_definition. Kestra would evaluate a path with `{{`, `{%` or `{#` as
 * an expression.
 */
const FILE_PATH = /^(?!.*\{[%#{])[A-Za-z0-9._/][^\r\n]*$/;
const SECRET_VARIABLE = /^SECRET_[A-Z0-9_]+$/;

/** The problems of all definitions, in their order. */
export function kestraProblems(definitions: readonly Schedulable[]): KestraProblem[] {
  const firsts = new Map<string, Schedulable>();
  return definitions.flatMap((definition) => {
    const first = firsts.get(definition.name.toLowerCase());
    if (first === undefined) firsts.set(definition.name.toLowerCase(), definition);
    return [
      ...(first === undefined ? [] : [collision(definition, first), collision(first, definition)]),
      ...idProblems(definition),
      ...pathProblems(definition),
      ...secretProblems(definition),
      ...scheduleProblems(definition),
    ];
  });
}

/** Reported once for each of the two files, so that both are found. */
function collision({ file, name, kind }: Schedulable, other: Schedulable): KestraProblem {
  return {
    file,
    field: 'metadata.name',
    message: `The ${KIND_NOUNS[kind]} ${name} and the ${KIND_NOUNS[other.kind]} ${other.name} of ${other.file} would get the same flow.`,
    fix: 'Rename one of them: set another metadata.name.',
  };
}

function idProblems({ file, name }: Schedulable): KestraProblem[] {
  if (!RESERVED_IDS.has(name)) return [];
  const message = `Kestra reserves the id ${name}, so no flow can have it.`;
  return [{ file, field: 'metadata.name', message, fix: `Set another metadata.name, such as ${name}-sync.` }];
}

function pathProblems({ file }: Schedulable): KestraProblem[] {
  if (FILE_PATH.test(file)) return [];
  const message =
    'Kestra cannot pass this path to a run: it begins with an unusual character, or contains an expression.';
  return [
    { file, field: '', message, fix: 'Rename the file: use letters, digits, dots, dashes and underscores.' },
  ];
}

function secretProblems({ file, secretVariables }: Schedulable): KestraProblem[] {
  return secretVariables
    .filter((variable) => !SECRET_VARIABLE.test(variable))
    .map((variable) => ({
      file,
      field: '',
      message: `The environment variable ${variable} cannot be the name of a secret in Kestra.`,
      fix: 'Name the secret with letters, digits, dots, dashes and underscores.',
    }));
}

function scheduleProblems({ file, schedule, timeZone }: Schedulable): KestraProblem[] {
  if (schedule === undefined) return [];
  const problems: KestraProblem[] = [];
  const refusal = cronRefusal(schedule);
  if (refusal !== undefined) {
    const { reason, part, replacement } = refusal;
    const field = 'spec.schedule';
    const message = `Kestra ${reason}: ${part} in ${JSON.stringify(schedule)}.`;
    problems.push({ file, field, message, fix: `Write ${replacement} instead of ${part}.` });
  }
  const instead = acceptedInstead(timeZone);
  if (instead !== undefined) {
    const message = `Kestra does not know the time zone ${JSON.stringify(timeZone)}.`;
    problems.push({ file, field: 'spec.timeZone', message, fix: `Write timeZone: ${instead}` });
  }
  return problems;
}
