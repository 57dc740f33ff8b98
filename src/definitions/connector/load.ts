import { resolve } from 'node:path';
import process from 'node:process';
import { BridgeError } from '../../core/errors.ts';
import { CONNECTOR_IN_PROCESS_BYTES_MAX, CONNECTOR_PROBLEMS_MAX } from '../limits.ts';
import { withoutRecognisedSecrets } from '../../core/secrets/recognised-secrets.ts';
import { listConnectorFiles, readConnectorFile } from '../connector-files.ts';
import { textAt, valueAt } from '../draft.ts';
import { beyondFolderLimit, leftOut } from '../folder-limit.ts';
import { fileFacts, KnownFiles, type CheckedFile, type FileFacts } from '../known-files.ts';
import { expandPreset, filledPath, namingPreset, PRESET, type Expanded } from '../presets/expand.ts';
import { problemAt, problemLine, type FieldFinding, type Problem } from '../problem.ts';
import { setFindings, setPaths, type SetFinding } from './rules/across-fields.ts';
import { plaintextFindings } from './rules/plaintext.ts';
import { removedKeyFindings } from './rules/removed.ts';
import { ruleFindings } from './rules/rules.ts';
import { isConnector, shapeFindings } from './schema.ts';
import { MAIN_SECRET_PATH, secretReferences } from './secret-references.ts';
import { looksLikeSecret, secretCommand, secretVariable } from './secrets.ts';
import type { Connector } from './types.ts';
import { readYaml, type YamlReading } from '../yaml.ts';

/** The operator's rules about what connectors may use, as far as their files show it. */
export interface OperatorPolicy {
  findings(connector: unknown): readonly FieldFinding[];
  /** Whether credentials may be sent to this address without encryption. */
  allowsInClear(connector: unknown, address: string): boolean;
}

export interface CheckOptions {
  /** Undefined if there is no policy; then a connector may use everything. */
  readonly policy?: OperatorPolicy | undefined;
  /** Whether the secret of an environment variable is set; undefined: secrets are not checked. */
  readonly secretIsSet?: (variable: string) => boolean;
  /** The folder that relative paths start from; the process's working directory by default. */
  readonly cwd?: string;
  /** Files that were checked before with the same options. */
  readonly known?: KnownFiles;
  /**
   * Checks a file that is too large for this thread, except for `secretIsSet`; undefined: every file is checked in this thread.
   */
  readonly checkElsewhere?: (file: string) => Promise<CheckedFile>;
}

export interface Report {
  /** Every checked file, as given or as found in a directory. */
  readonly files: readonly string[];
  /** The problems of all files, in the order of files and lines. */
  readonly problems: readonly Problem[];
  /** The files without an error. */
  readonly connectors: readonly { readonly file: string; readonly connector: Connector }[];
  /** `metadata.name` of each file that can be parsed, even if it is invalid otherwise; undefined if the name is not a string. */
  readonly names: ReadonlyMap<string, string | undefined>;
}

/**
 * Reads one connector. Warnings do not fail it, and secrets are not checked: `resolveSecret` does that when a secret is needed.
 * @throws BridgeError CONNECTOR_FILE_UNREADABLE, or CONNECTOR_INVALID with every problem on a line of its own; POLICY_REFUSED for
 *   a valid connector that the policy does not allow.
 */
export async function loadConnector(
  path: string,
  options: Pick<CheckOptions, 'policy'> = {},
): Promise<Connector> {
  const { value, problems } = await checkFile(path, options);
  const errors = problems.filter((problem) => problem.status === 'fail');
  const unreadable = errors.find((problem) => problem.code === 'file_unreadable');
  if (unreadable !== undefined) {
    throw new BridgeError('CONNECTOR_FILE_UNREADABLE', `${path}: ${unreadable.message}`, {
      hint: 'Check the path; it is relative to the working directory.',
    });
  }
  if (errors.length === 0 && isConnector(value)) return value;
  const count = errors.length === 1 ? 'one problem' : `${errors.length} problems`;
  const refused = errors.every((problem) => problem.code === 'policy_refused');
  throw new BridgeError(
    refused ? 'POLICY_REFUSED' : 'CONNECTOR_INVALID',
    [`${path} has ${count}:`, ...errors.map((problem) => problemLine(problem))],
    { hint: `Correct the file, then look again with: gemini-sync-bridge validate ${path}` },
  );
}

/**
 * Checks connector files, each by itself and all together; a directory means the YAML files in it. Never throws for an invalid
 * file.
 */
export async function checkConnectors(paths: readonly string[], options: CheckOptions = {}): Promise<Report> {
  const cwd = options.cwd ?? process.cwd();
  const listed = await listConnectorFiles(paths, cwd);
  const known = options.known ?? new KnownFiles();
  const facts = await Promise.all(listed.files.map((file) => fileFacts(resolve(cwd, file))));
  const left = beyondFolderLimit(listed.files, facts);
  const checked: CheckedFile[] = [];
  for (const [index, file] of listed.files.entries()) {
    checked.push(
      left.has(file)
        ? leftOut(file)
        : await known.checked(resolve(cwd, file), facts[index], () =>
            checkHereOrElsewhere(file, facts[index], { ...options, cwd }),
          ),
    );
  }
  known.forgetOthers();
  const between = byFile(problemsBetween(checked));
  const problems = [
    ...listed.problems,
    ...checked.flatMap(({ file, problems: own }) => {
      const others = between.get(file);
      return others === undefined ? own : inOrder([...own, ...others]);
    }),
  ];
  const broken = new Set(problems.flatMap(({ status, place }) => (status === 'fail' ? [place.file] : [])));
  const connectors = checked.flatMap(({ file, value }) =>
    !broken.has(file) && isConnector(value) ? [{ file, connector: value }] : [],
  );
  const names = new Map(
    checked.flatMap(({ file, value }) =>
      value === undefined ? [] : [[file, textAt(value, 'metadata.name')] as const],
    ),
  );
  return { files: listed.files, problems, connectors, names };
}

async function checkHereOrElsewhere(
  file: string,
  facts: FileFacts | undefined,
  options: CheckOptions,
): Promise<CheckedFile> {
  const isSmall = facts === undefined || facts.bytes <= CONNECTOR_IN_PROCESS_BYTES_MAX;
  if (isSmall || options.checkElsewhere === undefined) return checkFile(file, options);
  const checked = await options.checkElsewhere(file);
  // A worker thread has no access to the secrets.
  const missing = missingSecrets(checked.value, options).map((finding) =>
    problemIn(file, (path) => checked.places[path] ?? START, finding),
  );
  return { ...checked, problems: inOrder([...checked.problems, ...missing]) };
}

/** Checks one file by itself, with its preset filled in. Never throws for an invalid file. */
export async function checkFile(file: string, options: CheckOptions): Promise<CheckedFile> {
  const content = await readConnectorFile(file, options.cwd ?? process.cwd());
  if ('problem' in content) return { file, value: undefined, places: {}, problems: [content.problem] };
  const reading = readYaml(content.text);
  const ofText = reading.problems.map(({ line, column, ...finding }) =>
    problemAt({ file, line, column }, finding),
  );
  if (reading.value === undefined)
    return { file, value: undefined, places: {}, problems: firstOf(inOrder(ofText)) };
  const expanded = expandPreset(reading.value);
  const { value } = expanded;
  const locate: YamlReading['locate'] = (path, line) =>
    reading.locate(filledPath(expanded, path) === undefined ? path : PRESET, line);
  const findings = withFindingsOfPreset(expanded, contentFindings(value, options));
  const ofContent = findings.map((finding) => problemIn(file, locate, finding));
  const places = Object.fromEntries(setPaths(value).map((path) => [path, locate(path)]));
  return { file, value, places, problems: firstOf(inOrder([...ofText, ...ofContent])) };
}

/** The preset knows more about the field, so its finding replaces a general one. */
function withFindingsOfPreset(expanded: Expanded, general: readonly FieldFinding[]): FieldFinding[] {
  const known = new Set(expanded.findings.filter(({ status }) => status !== 'warn').map(({ path }) => path));
  const others = general.filter(({ path, code }) => code === 'secret_in_file' || !known.has(path));
  return [...expanded.findings, ...others.map((finding) => namingPreset(expanded, finding))];
}

function contentFindings(value: unknown, options: CheckOptions): FieldFinding[] {
  const removed = removedKeyFindings(value);
  const shape = shapeFindings(value).filter(({ path }) => removed.every((finding) => finding.path !== path));
  // A file of another kind would break every rule, so only its kind is reported.
  const kind = shape.find((finding) => finding.path === 'kind' && finding.code === 'wrong_value');
  if (kind !== undefined) return [kind];
  // Where the shape is already wrong, a rule would only report the same mistake in other words.
  const wrong = new Set(shape.map((finding) => finding.path));
  const { policy } = options;
  const rules = [
    ...ruleFindings(value),
    ...plaintextFindings(value, (address) => policy?.allowsInClear(value, address) ?? false),
    ...(policy?.findings(value) ?? []),
  ].filter(({ path, code }) => code === 'secret_in_file' || !wrong.has(path));
  return [...removed, ...shape, ...rules, ...missingSecrets(value, options)];
}

function missingSecrets(connector: unknown, { secretIsSet }: CheckOptions): FieldFinding[] {
  if (secretIsSet === undefined) return [];
  return secretReferences(connector).flatMap(({ path, ref }): FieldFinding[] => {
    if (ref === '' || looksLikeSecret(ref) || secretIsSet(secretVariable(ref))) return [];
    const isOfDatabase = path === MAIN_SECRET_PATH;
    const fix = secretCommand(ref, isOfDatabase ? textAt(connector, 'spec.source.type') : undefined);
    const who =
      textAt(connector, 'spec.mode') === 'rest_push' ? 'a server that takes it from producers' : 'a run';
    const message = `The secret ${ref} is not set here; ${who} needs it.`;
    return [{ status: 'warn', code: 'secret_missing', path, message, fix }];
  });
}

const START = { line: 1, column: 1 };

function problemsBetween(checked: readonly CheckedFile[]): Problem[] {
  const places = new Map(checked.map((one) => [one.file, one.places]));
  const members = checked
    .filter(({ value }) => valueAt(value, 'kind') === 'Connector')
    .map(({ file, value }) => ({ file, connector: value }));
  return setFindings(members).map((finding: SetFinding) =>
    problemIn(finding.file, (path) => places.get(finding.file)?.[path] ?? START, finding),
  );
}

function byFile(problems: readonly Problem[]): ReadonlyMap<string, readonly Problem[]> {
  const files = new Map<string, Problem[]>();
  for (const problem of problems) {
    const found = files.get(problem.place.file);
    if (found === undefined) files.set(problem.place.file, [problem]);
    else found.push(problem);
  }
  return files;
}

function problemIn(file: string, locate: YamlReading['locate'], finding: FieldFinding): Problem {
  const { path, message, fix, lineInText } = finding;
  // A message may quote a value, and a path may contain a key.
  const clean = withoutRecognisedSecrets;
  const cleaned = { ...finding, path: clean(path), message: clean(message), fix: clean(fix) };
  return problemAt({ file, ...locate(path, lineInText) }, cleaned);
}

function inOrder(problems: readonly Problem[]): Problem[] {
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
