import process from 'node:process';
import { withoutRecognisedSecrets } from '../../core/secrets/recognised-secrets.ts';
import { readConnectorFile } from './definition-files.ts';
import { looksLikeSecret, secretCommand } from '../connector/secrets/secrets.ts';
import { filledPath, namingPreset, type Expanded } from '../expanded.ts';
import type { CheckedFile } from './known-files.ts';
import { CONNECTOR_PROBLEMS_MAX } from '../limits.ts';
import { problemAt, type FieldFinding, type Problem } from '../problem.ts';
import { readYaml, type YamlReading } from '../yaml/yaml.ts';
import type { DefinitionKind, OperatorPolicy } from './kind.ts';

export interface CheckFileOptions {
  /** Undefined if there is no policy; then a definition may use everything. */
  readonly policy?: OperatorPolicy | undefined;
  /** Whether the secret with this name is set; undefined: secrets are not checked. */
  readonly secretIsSet?: (ref: string) => boolean;
  /** The folder that relative paths start from; the process's working directory by default. */
  readonly cwd?: string;
}

/** The kind that a value is checked as, or why there is none. */
export type KindChoice = { readonly kind: DefinitionKind<unknown> } | { readonly finding: FieldFinding };

/**
 * Checks one file by itself, with its preset filled in. Never throws for an invalid file.
 * @param choose selects the kind of the file by its content
 */
export async function checkFileOf(
  file: string,
  choose: (value: unknown) => KindChoice | Promise<KindChoice>,
  options: CheckFileOptions,
): Promise<CheckedFile> {
  const content = await readConnectorFile(file, options.cwd ?? process.cwd());
  if ('problem' in content) return { file, value: undefined, places: {}, problems: [content.problem] };
  return checkTextOf(file, content.text, choose, options);
}

/** Checks the text of one file, as `checkFileOf` does. */
export async function checkTextOf(
  file: string,
  text: string,
  choose: (value: unknown) => KindChoice | Promise<KindChoice>,
  options: CheckFileOptions,
): Promise<CheckedFile> {
  const reading = readYaml(text);
  const ofText = reading.problems.map(({ line, column, ...finding }) =>
    problemAt({ file, line, column }, finding),
  );
  if (reading.value === undefined)
    return { file, value: undefined, places: {}, problems: firstOf(inOrder(ofText)) };
  const choice = await choose(reading.value);
  if ('finding' in choice) {
    const problem = problemIn(file, (path, line) => reading.locate(path, line), choice.finding);
    return { file, value: reading.value, places: {}, problems: firstOf(inOrder([...ofText, problem])) };
  }
  const { kind } = choice;
  const expanded = kind.expand(reading.value);
  const { value, presetPath } = expanded;
  const locate: YamlReading['locate'] = (path, line) =>
    reading.locate(filledPath(expanded, path) === undefined ? path : presetPath, line);
  const findings = withFindingsOfPreset(expanded, contentFindings(value, kind, options));
  const ofContent = findings.map((finding) => problemIn(file, locate, finding));
  const places = Object.fromEntries(setPaths(value, kind).map((path) => [path, locate(path)]));
  return { file, value, places, problems: firstOf(inOrder([...ofText, ...ofContent])) };
}

/** The paths that findings between files, and about secrets, refer to. */
function setPaths(value: unknown, kind: DefinitionKind<unknown>): string[] {
  return ['metadata.name', ...kind.setPaths, ...kind.uses(value).secrets.map(({ path }) => path)];
}

/** The preset knows more about the field, so its finding replaces a general one. */
function withFindingsOfPreset(expanded: Expanded, general: readonly FieldFinding[]): FieldFinding[] {
  const known = new Set(expanded.findings.filter(({ status }) => status !== 'warn').map(({ path }) => path));
  const others = general.filter(({ path, code }) => code === 'secret_in_file' || !known.has(path));
  return [...expanded.findings, ...others.map((finding) => namingPreset(expanded, finding))];
}

function contentFindings(
  value: unknown,
  kind: DefinitionKind<unknown>,
  options: CheckFileOptions,
): FieldFinding[] {
  const { policy } = options;
  const removed = kind.removedKeyFindings?.(value) ?? [];
  const shape = kind
    .shapeFindings(value)
    .filter(({ path }) => removed.every((finding) => finding.path !== path));
  // A file of another kind would break every rule, so only its kind is reported.
  const other = shape.find((finding) => finding.path === 'kind' && finding.code === 'wrong_value');
  if (other !== undefined) return [other];
  // Where the shape is already wrong, a rule would only report the same mistake in other words.
  const wrong = new Set(shape.map((finding) => finding.path));
  const uses = kind.uses(value);
  const allowsInClear = (address: string) => policy?.allowsInClear(kind.name, value, uses, address) ?? false;
  const rules = [
    ...kind.ruleFindings(value, allowsInClear),
    ...(policy?.findings(kind.name, value, uses) ?? []),
  ].filter(({ path, code }) => code === 'secret_in_file' || !wrong.has(path));
  return [...removed, ...shape, ...rules, ...missingSecrets(value, kind, options)];
}

export function missingSecrets(
  value: unknown,
  kind: DefinitionKind<unknown>,
  { secretIsSet }: Pick<CheckFileOptions, 'secretIsSet'>,
): FieldFinding[] {
  if (secretIsSet === undefined) return [];
  return kind.uses(value).secrets.flatMap(({ path, ref }): FieldFinding[] => {
    if (ref === '' || looksLikeSecret(ref) || secretIsSet(ref)) return [];
    const { sourceType, who = 'a run' } = kind.secretHint?.(value, path) ?? {};
    const message = `The secret ${ref} is not set here; ${who} needs it.`;
    const fix = secretCommand(ref, sourceType);
    return [{ status: 'warn', code: 'secret_missing', path, message, fix }];
  });
}

export function problemIn(file: string, locate: YamlReading['locate'], finding: FieldFinding): Problem {
  const { path, message, fix, lineInText } = finding;
  // A message may quote a value, and a path may contain a key.
  const clean = withoutRecognisedSecrets;
  const cleaned = { ...finding, path: clean(path), message: clean(message), fix: clean(fix) };
  return problemAt({ file, ...locate(path, lineInText) }, cleaned);
}

export function inOrder(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(
    ({ place: left }, { place: right }) =>
      (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0),
  );
}

/** Writing a report of thousands of problems would take longer than reading the file. */
function firstOf(problems: readonly Problem[]): readonly Problem[] {
  const [next, ...others] = problems.slice(CONNECTOR_PROBLEMS_MAX);
  if (next === undefined) return problems;
  const isError = [next, ...others].some(({ status }) => status === 'fail');
  return [
    ...problems.slice(0, CONNECTOR_PROBLEMS_MAX),
    {
      ...next,
      status: isError ? 'fail' : 'warn',
      code: 'more_problems',
      subject: '',
      message: `The file has more than ${CONNECTOR_PROBLEMS_MAX} problems; the others are not shown.`,
      fix: 'the corrections above, then validate again',
    },
  ];
}
