import { resolve } from 'node:path';
import process from 'node:process';
import type { App } from '../app/types.ts';
import { listConnectorFiles } from './definition-files.ts';
import { looksLikeSecret, secretVariable } from '../connector/secrets/secrets.ts';
import type { Connector } from '../connector/types.ts';
import { textAt, valueAt } from '../draft.ts';
import { beyondFolderLimit, leftOut } from './folder-limit.ts';
import type { KnowledgeSource } from '../knowledge-source/types.ts';
import { fileFacts, KnownFiles, type CheckedFile, type FileFacts } from './known-files.ts';
import { CONNECTOR_IN_PROCESS_BYTES_MAX } from '../limits.ts';
import type { Problem } from '../problem.ts';
import {
  checkFileOf,
  checkTextOf,
  inOrder,
  missingSecrets,
  problemIn,
  type CheckFileOptions,
} from './check-file.ts';
import { chooseKind } from './choose-kind.ts';
import type { DefinitionKind, SetFinding, SetMember } from './kind.ts';
import { KIND_NAMES, type KindName } from './kind-names.ts';
import { kindNamed, type DefinitionTypes } from './kinds.ts';

export interface CheckOptions extends CheckFileOptions {
  /** Files that were checked before with the same options. */
  readonly known?: KnownFiles;
  /**
   * Checks a file, or a text in place of its content, that is too large for this thread, except for `secretIsSet`; undefined: every
   * file is checked in this thread.
   */
  readonly checkElsewhere?: (file: string, text?: string) => Promise<CheckedFile>;
  /**
   * A text that is checked together with the files, in place of a file of its name; conflicts with other files are reported at the
   * text.
   */
  readonly text?: FileText;
}

/** A text as the content of a file that need not exist. */
interface FileText {
  readonly file: string;
  readonly text: string;
}

export interface Report {
  /** Every checked file, as given or as found in a directory. */
  readonly files: readonly string[];
  /** The problems of all files, in the order of files and lines. */
  readonly problems: readonly Problem[];
  /** The files of each kind without an error. */
  readonly connectors: readonly { readonly file: string; readonly connector: Connector }[];
  readonly knowledgeSources: readonly { readonly file: string; readonly knowledgeSource: KnowledgeSource }[];
  readonly apps: readonly { readonly file: string; readonly app: App }[];
  /** `metadata.name` of each file that can be parsed, even if it is invalid otherwise; undefined if the name is not a string. */
  readonly names: ReadonlyMap<string, string | undefined>;
}

/**
 * Checks files of all kinds, each by itself and all together; a directory means the YAML files in it. Never throws for an invalid
 * file.
 */
export async function checkDefinitions(
  paths: readonly string[],
  options: CheckOptions = {},
): Promise<Report> {
  const cwd = options.cwd ?? process.cwd();
  const found = await listConnectorFiles(paths, cwd);
  const { text } = options;
  const others = text === undefined ? found.files : found.files.filter((file) => file !== text.file);
  const listed = { ...found, files: others };
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
  if (text !== undefined) checked.push(await checkTextHereOrElsewhere(text, options));
  const between = byFile(await problemsBetween(checked));
  const problems = [
    ...listed.problems,
    ...checked.flatMap(({ file, problems: own }) => {
      const others = between.get(file);
      return others === undefined ? own : inOrder([...own, ...others]);
    }),
  ];
  const broken = new Set(problems.flatMap(({ status, place }) => (status === 'fail' ? [place.file] : [])));
  const valid = checked.filter(({ file }) => !broken.has(file));
  const names = new Map(
    checked.flatMap(({ file, value }) =>
      value === undefined ? [] : [[file, textAt(value, 'metadata.name')] as const],
    ),
  );
  const connectors = await definitionsOf('Connector', valid);
  const knowledgeSources = await definitionsOf('KnowledgeSource', valid);
  const apps = await definitionsOf('App', valid);
  return {
    files: checked.map(({ file }) => file),
    problems,
    connectors: connectors.map(({ file, definition }) => ({ file, connector: definition })),
    knowledgeSources: knowledgeSources.map(({ file, definition }) => ({ file, knowledgeSource: definition })),
    apps: apps.map(({ file, definition }) => ({ file, app: definition })),
    names,
  };
}

/** Checks one file of any kind by itself, with its preset filled in. Never throws for an invalid file. */
export function checkFile(file: string, options: CheckFileOptions): Promise<CheckedFile> {
  return checkFileOf(file, chooseKind, options);
}

/** Checks a definition of any kind that is not in a file of its own, such as a draft. Never throws for invalid text. */
export function checkDefinitionText(
  file: string,
  text: string,
  options: CheckFileOptions = {},
): Promise<CheckedFile> {
  return checkTextOf(file, text, chooseKind, options);
}

async function definitionsOf<Name extends KindName>(
  name: Name,
  valid: readonly CheckedFile[],
): Promise<{ readonly file: string; readonly definition: DefinitionTypes[Name] }[]> {
  const members = membersOf(name, valid);
  if (members.length === 0) return [];
  const kind: DefinitionKind<DefinitionTypes[Name]> = await kindNamed(name);
  return members.flatMap(({ file, definition }) => (kind.isShaped(definition) ? [{ file, definition }] : []));
}

function membersOf(name: KindName, checked: readonly CheckedFile[]): SetMember[] {
  return checked
    .filter(({ value }) => valueAt(value, 'kind') === name)
    .map(({ file, value }) => ({ file, definition: value }));
}

async function checkHereOrElsewhere(
  file: string,
  facts: FileFacts | undefined,
  options: CheckOptions,
): Promise<CheckedFile> {
  const isSmall = facts === undefined || facts.bytes <= CONNECTOR_IN_PROCESS_BYTES_MAX;
  if (isSmall || options.checkElsewhere === undefined) return checkFile(file, options);
  return withMissingSecrets(await options.checkElsewhere(file), options);
}

async function checkTextHereOrElsewhere(
  { file, text }: FileText,
  options: CheckOptions,
): Promise<CheckedFile> {
  const isSmall = text.length <= CONNECTOR_IN_PROCESS_BYTES_MAX;
  if (isSmall || options.checkElsewhere === undefined) return checkTextOf(file, text, chooseKind, options);
  return withMissingSecrets(await options.checkElsewhere(file, text), options);
}

/** Adds the warnings about secrets, to which a worker thread has no access. */
async function withMissingSecrets(checked: CheckedFile, options: CheckOptions): Promise<CheckedFile> {
  const choice = await chooseKind(checked.value);
  if ('finding' in choice) return checked;
  const missing = missingSecrets(checked.value, choice.kind, options).map((finding) =>
    problemIn(checked.file, (path) => checked.places[path] ?? START, finding),
  );
  return { ...checked, problems: inOrder([...checked.problems, ...missing]) };
}

const START = { line: 1, column: 1 };

async function problemsBetween(checked: readonly CheckedFile[]): Promise<Problem[]> {
  const places = new Map(checked.map((one) => [one.file, one.places]));
  const findings: SetFinding[] = [];
  const secrets: SecretInFile[] = [];
  for (const name of KIND_NAMES) {
    const members = membersOf(name, checked);
    if (members.length === 0) continue;
    const kind = await kindNamed(name);
    findings.push(...kind.setFindings(members));
    secrets.push(
      ...members.flatMap(({ file, definition }) =>
        kind.uses(definition).secrets.map((reference) => ({ file, ...reference })),
      ),
    );
  }
  findings.push(...ambiguousSecrets(secrets));
  return findings.map((finding) =>
    problemIn(finding.file, (path) => places.get(finding.file)?.[path] ?? START, finding),
  );
}

interface SecretInFile {
  readonly file: string;
  readonly path: string;
  readonly ref: string;
}

function ambiguousSecrets(secrets: readonly SecretInFile[]): SetFinding[] {
  const first = new Map<string, string>();
  return secrets.flatMap(({ file, path, ref }): SetFinding[] => {
    if (looksLikeSecret(ref)) return [];
    const variable = secretVariable(ref);
    const other = first.get(variable) ?? ref;
    first.set(variable, other);
    if (other === ref) return [];
    const message = `${ref} and ${other} are both read from ${variable}.`;
    return [{ status: 'warn', file, path, code: 'secret_ambiguous', message, fix: other }];
  });
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
