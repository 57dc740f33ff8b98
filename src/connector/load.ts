import process from 'node:process';
import { BridgeError } from '../core/errors.ts';
import { listConnectorFiles, readConnectorFile } from './connector-files.ts';
import { textAt, valueAt } from './draft.ts';
import { problemLine, type Finding, type Problem } from './problem.ts';
import { setFindings, type SetFinding } from './rules-across.ts';
import { plaintextFindings } from './rules-plaintext.ts';
import { removedKeyFindings } from './rules-removed.ts';
import { ruleFindings } from './rules.ts';
import { SECRET_PATHS } from './rules-secrets.ts';
import { isConnector, shapeFindings } from './schema.ts';
import { looksLikeSecret, secretVariable } from './secrets.ts';
import type { Connector } from './types.ts';
import { readYaml, type YamlReading } from './yaml.ts';

/** What the operator allows connectors to use, as far as their files show it. */
export interface OperatorPolicy {
  findings(connector: unknown): readonly Finding[];
  /** Whether credentials may go to this address without encryption. */
  allowsInClear(connector: unknown, address: string): boolean;
}

export interface CheckOptions {
  /** Undefined: there is none, and a connector may use everything. */
  readonly policy?: OperatorPolicy | undefined;
  /** Whether the secret of an environment variable is set; without it, secrets are not looked at. */
  readonly secretIsSet?: (variable: string) => boolean;
  /** What relative paths start from; the process's working directory by default. */
  readonly cwd?: string;
}

export interface Report {
  /** Every file looked at, as given or as found in a directory. */
  readonly files: readonly string[];
  /** Of all files, in the order of files and lines. */
  readonly problems: readonly Problem[];
  /** The files without an error. */
  readonly connectors: readonly { readonly file: string; readonly connector: Connector }[];
}

interface CheckedFile {
  readonly file: string;
  readonly reading: YamlReading | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Reads one connector. Warnings do not fail it, and secrets are not looked at: `resolveSecret` does that when one is needed.
 * @throws BridgeError CONNECTOR_FILE_UNREADABLE, or CONNECTOR_INVALID with every problem on a line of its own; POLICY_REFUSED for a
 *   valid connector that asks for what the policy does not allow.
 */
export async function loadConnector(
  path: string,
  options: Pick<CheckOptions, 'policy'> = {},
): Promise<Connector> {
  const { reading, problems } = await checkFile(path, options);
  const errors = problems.filter((problem) => problem.severity === 'error');
  const unreadable = errors.find((problem) => problem.code === 'file_unreadable');
  if (unreadable !== undefined) {
    throw new BridgeError('CONNECTOR_FILE_UNREADABLE', `${path}: ${unreadable.message}`, {
      hint: 'Check the path; it is relative to the working directory.',
    });
  }
  if (errors.length === 0 && isConnector(reading?.value)) return reading.value;
  const count = errors.length === 1 ? 'one problem' : `${errors.length} problems`;
  const refused = errors.every((problem) => problem.code === 'policy_refused');
  throw new BridgeError(
    refused ? 'POLICY_REFUSED' : 'CONNECTOR_INVALID',
    [`${path} has ${count}:`, ...errors.map((problem) => problemLine(problem))].join('\n'),
    { hint: `Correct the file, then look again with: gemini-sync-bridge validate ${path}` },
  );
}

/**
 * Checks connector files, each by itself and all together; directories stand for the YAML files in them. Never throws for
 * what is wrong with a file.
 */
export async function checkConnectors(paths: readonly string[], options: CheckOptions = {}): Promise<Report> {
  const cwd = options.cwd ?? process.cwd();
  const listed = await listConnectorFiles(paths, cwd);
  const checked: CheckedFile[] = [];
  for (const file of listed.files) checked.push(await checkFile(file, { ...options, cwd }));
  const between = problemsBetween(checked);
  const problems = [
    ...listed.problems,
    ...checked.flatMap((file) =>
      inOrder([...file.problems, ...between.filter((problem) => problem.file === file.file)]),
    ),
  ];
  const broken = new Set(problems.flatMap(({ severity, file }) => (severity === 'error' ? [file] : [])));
  const connectors = checked.flatMap(({ file, reading }) =>
    !broken.has(file) && isConnector(reading?.value) ? [{ file, connector: reading.value }] : [],
  );
  return { files: listed.files, problems, connectors };
}

async function checkFile(file: string, options: CheckOptions): Promise<CheckedFile> {
  const content = await readConnectorFile(file, options.cwd ?? process.cwd());
  if ('problem' in content) return { file, reading: undefined, problems: [content.problem] };
  const reading = readYaml(content.text);
  const ofText = reading.problems.map((problem): Problem => ({ severity: 'error', file, ...problem }));
  if (reading.value === undefined) return { file, reading: undefined, problems: inOrder(ofText) };
  const findings = contentFindings(reading.value, options);
  const ofContent = findings.map((finding) => problemAt(file, reading, finding));
  return { file, reading, problems: inOrder([...ofText, ...ofContent]) };
}

function contentFindings(value: unknown, options: CheckOptions): Finding[] {
  const removed = removedKeyFindings(value);
  const shape = shapeFindings(value).filter(({ path }) => removed.every((finding) => finding.path !== path));
  // A file of another kind would break every rule; that it is of another kind is all there is to say.
  const kind = shape.find((finding) => finding.path === 'kind' && finding.code === 'wrong_value');
  if (kind !== undefined) return [kind];
  // Where the shape is wrong already, a rule would only say the same in other words.
  const wrong = new Set(shape.map((finding) => finding.path));
  const { policy } = options;
  const rules = [
    ...ruleFindings(value),
    ...plaintextFindings(value, (address) => policy?.allowsInClear(value, address) ?? false),
    ...(policy?.findings(value) ?? []),
  ].filter((finding) => !wrong.has(finding.path));
  return [...removed, ...shape, ...rules, ...missingSecrets(value, options)];
}

function missingSecrets(connector: unknown, { secretIsSet }: CheckOptions): Finding[] {
  if (secretIsSet === undefined) return [];
  return SECRET_PATHS.flatMap((path): Finding[] => {
    const ref = textAt(connector, path);
    if (ref === undefined || ref === '' || looksLikeSecret(ref) || secretIsSet(secretVariable(ref)))
      return [];
    const variable = secretVariable(ref);
    const who =
      textAt(connector, 'spec.mode') === 'rest_push' ? 'a server that takes it from producers' : 'a run';
    const message = `The secret ${ref} is not set here; ${who} needs it.`;
    return [{ severity: 'warning', code: 'secret_missing', path, message, fix: `export ${variable}=…` }];
  });
}

function problemsBetween(checked: readonly CheckedFile[]): Problem[] {
  const readings = new Map(
    checked.flatMap(({ file, reading }) => (reading === undefined ? [] : [[file, reading]])),
  );
  const members = [...readings]
    .filter(([, reading]) => valueAt(reading.value, 'kind') === 'Connector')
    .map(([file, reading]) => ({ file, connector: reading.value }));
  return setFindings(members).flatMap((finding: SetFinding) => {
    const reading = readings.get(finding.file);
    return reading === undefined ? [] : [problemAt(finding.file, reading, finding)];
  });
}

function problemAt(file: string, reading: YamlReading, finding: Finding): Problem {
  const { severity = 'error', code, path, message, fix, lineInText } = finding;
  return { severity, code, file, ...reading.locate(path, lineInText), path, message, fix };
}

function inOrder(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(
    (left, right) => left.line - right.line || (left.column ?? 0) - (right.column ?? 0),
  );
}
