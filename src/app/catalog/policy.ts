import { realpathSync } from 'node:fs';
import { join, parse, resolve, sep } from 'node:path';
import { directoryOf } from '../../artifacts/file/location.ts';
import type { CheckedFile } from '../../definitions/files/known-files.ts';
import { readConnectorFile } from '../../definitions/files/definition-files.ts';
import {
  checkDefinitions,
  checkDefinitionText,
  checkFile,
  type CheckOptions,
  type Report,
} from '../../definitions/files/check-definitions.ts';
import { checkTextOf } from '../../definitions/files/check-file.ts';
import { chooseKind } from '../../definitions/files/choose-kind.ts';
import type { OperatorPolicy } from '../../definitions/files/kind.ts';
import { KIND_NOUNS, type KindName } from '../../definitions/files/kind-names.ts';
import { kindNamed, type DefinitionTypes } from '../../definitions/files/kinds.ts';
import { loadDefinition } from '../../definitions/files/load-definition.ts';
import { textAt } from '../../definitions/draft.ts';
import { problemLine, type Problem } from '../../definitions/problem.ts';
import type { App } from '../../definitions/app/types.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import type { KnowledgeSource } from '../../definitions/knowledge-source/types.ts';
import { BridgeError } from '../../core/errors.ts';
import { policyFindings } from '../../policy/findings.ts';
import { permitFor, type Permit } from '../../policy/permit.ts';
import { Decisions, type NamedDefinition } from '../../policy/decisions.ts';
import { serverOf } from '../../policy/host-pattern.ts';
import type { Paths, Policy } from '../../policy/policy.ts';
import { readPolicy } from '../../policy/read-policy.ts';

/** The location of the operator's policy. */
export interface PolicyPlace {
  /** `POLICY_FILE`; undefined if there is no policy. */
  readonly policyFile: string | undefined;
  readonly cwd: string;
}

type Opened = { readonly policy: Policy | undefined } | { readonly problems: readonly Problem[] };

async function readPolicyFile({ policyFile, cwd }: PolicyPlace): Promise<Opened> {
  if (policyFile === undefined) return { policy: undefined };
  const content = await readConnectorFile(policyFile, cwd);
  if ('text' in content) return readPolicy(content.text, policyFile);
  const fix = 'the path of a policy, from the working directory, in POLICY_FILE';
  return { problems: [{ ...content.problem, fix }] };
}

/**
 * Reads the policy; a file that cannot be read is never treated as a missing policy.
 * @throws BridgeError POLICY_INVALID with every problem on its own line
 */
export async function openPolicy(place: PolicyPlace): Promise<Policy | undefined> {
  const opened = await readPolicyFile(place);
  if ('policy' in opened) return opened.policy;
  const { problems } = opened;
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  throw new BridgeError(
    'POLICY_INVALID',
    [`The policy ${place.policyFile ?? ''} has ${count}:`, ...problems.map(problemLine)],
    { hint: 'Correct the file that POLICY_FILE names. No definition is used before.' },
  );
}

/**
 * `checkDefinitions` under the operator's policy. If the policy is not valid, the report contains its problems and no
 * definition is valid.
 */
export async function checkDefinitionsUnderPolicy(
  paths: readonly string[],
  place: PolicyPlace,
  more: Pick<CheckOptions, 'secretIsSet' | 'known' | 'checkElsewhere' | 'text'> = {},
): Promise<Report> {
  const opened = await readPolicyFile(place);
  const { cwd } = place;
  const options = { ...more, cwd };
  if ('policy' in opened) {
    return checkDefinitions(paths, { ...options, policy: operatorPolicy(opened.policy, cwd) });
  }
  const report = await checkDefinitions(paths, options);
  const problems = [...opened.problems, ...report.problems];
  return { ...report, problems, connectors: [], knowledgeSources: [], apps: [] };
}

/**
 * Checks a single file under the operator's policy. A policy that is not valid is reported by `checkDefinitionsUnderPolicy`.
 * @param text checked in place of the content of the file
 */
export async function checkFileUnderPolicy(
  file: string,
  place: PolicyPlace,
  text?: string,
): Promise<CheckedFile> {
  const opened = await readPolicyFile(place);
  const policy = 'policy' in opened ? operatorPolicy(opened.policy, place.cwd) : undefined;
  const options = { cwd: place.cwd, policy };
  return text === undefined ? checkFile(file, options) : checkDefinitionText(file, text, options);
}

/** `loadConnector` under the operator's policy. @throws BridgeError as `loadConnector` and `openPolicy` do */
export function loadConnectorUnderPolicy(path: string, place: PolicyPlace): Promise<Connector> {
  return loadUnderPolicy('Connector', path, place);
}

/** `loadKnowledgeSource` under the operator's policy. @throws BridgeError as `loadKnowledgeSource` and `openPolicy` do */
export function loadKnowledgeSourceUnderPolicy(path: string, place: PolicyPlace): Promise<KnowledgeSource> {
  return loadUnderPolicy('KnowledgeSource', path, place);
}

/** `loadApp` under the operator's policy. @throws BridgeError as `loadApp` and `openPolicy` do */
export function loadAppUnderPolicy(path: string, place: PolicyPlace): Promise<App> {
  return loadUnderPolicy('App', path, place);
}

async function loadUnderPolicy<Name extends KindName>(
  name: Name,
  path: string,
  place: PolicyPlace,
): Promise<DefinitionTypes[Name]> {
  const policy = await openPolicy(place);
  const kind = await kindNamed(name);
  return loadDefinition(resolve(place.cwd, path), kind, { policy: operatorPolicy(policy, place.cwd) });
}

/**
 * The permissions of a definition. A row of `kb_sources` that another program inserted has no file: pass its `config` as a
 * definition whose name is the row's id. With a policy, it may then use only what a rule for that id allows.
 * @throws BridgeError POLICY_INVALID, or POLICY_REFUSED if the definition uses something that the policy does not allow
 */
export async function permitOf(
  definition: Connector | KnowledgeSource | App,
  place: PolicyPlace,
): Promise<Permit> {
  const kind = await kindNamed(definition.kind);
  const named = namedDefinition(definition.kind, definition.metadata.name);
  const policy = await openPolicy(place);
  return permitFor(policy, named, kind.uses(definition), pathsOf(place.cwd), place.cwd);
}

/**
 * The permissions of a draft that only reads its source, so the policy's rules for buckets and data stores do not apply yet.
 * @throws BridgeError POLICY_INVALID or POLICY_REFUSED
 */
export async function sourcePermitOf(connector: Connector, place: PolicyPlace): Promise<Permit> {
  const kind = await kindNamed('Connector');
  const { secrets, servers, files } = kind.uses(connector);
  const named = namedDefinition('Connector', connector.metadata.name);
  const policy = await openPolicy(place);
  return permitFor(policy, named, { secrets, servers, files }, pathsOf(place.cwd), place.cwd);
}

/** Checks the text of a draft under the operator's policy. @throws BridgeError POLICY_INVALID */
export async function checkTextUnderPolicy(
  file: string,
  text: string,
  place: PolicyPlace,
): Promise<CheckedFile> {
  const policy = operatorPolicy(await openPolicy(place), place.cwd);
  return checkTextOf(file, text, chooseKind, { cwd: place.cwd, policy });
}

const RULE_LISTS: Readonly<Record<KindName, NamedDefinition['list']>> = {
  Connector: 'connectors',
  KnowledgeSource: 'knowledgeSources',
  App: 'apps',
};

function namedDefinition(kind: KindName, name: string): NamedDefinition {
  return { list: RULE_LISTS[kind], name, noun: KIND_NOUNS[kind] };
}

function operatorPolicy(policy: Policy | undefined, cwd: string): OperatorPolicy | undefined {
  if (policy === undefined) return undefined;
  const paths = pathsOf(cwd);
  return {
    findings(kind, definition, uses) {
      const name = textAt(definition, 'metadata.name');
      if (name === undefined) return [];
      return policyFindings(policy, namedDefinition(kind, name), uses, paths, cwd);
    },
    allowsInClear(kind, definition, { secrets }, address) {
      const server = serverOf(address);
      if (server === undefined) return false;
      const name = textAt(definition, 'metadata.name') ?? '';
      const decisions = new Decisions(policy, namedDefinition(kind, name), paths);
      return decisions.maySendInClear(
        secrets.map(({ ref }) => ref),
        server,
      );
    },
  };
}

function pathsOf(cwd: string): Paths {
  return {
    realPath,
    folderOf(url) {
      try {
        return directoryOf(url, cwd);
      } catch {
        return undefined;
      }
    },
  };
}

/** Resolves the path as the system would open it. If the path does not exist, only its existing part is resolved. */
function realPath(path: string): string {
  const whole = existingPath(path);
  if (whole !== undefined) return whole;
  const target = resolve(path);
  const { root } = parse(target);
  const names = target.slice(root.length).split(sep);
  const existing = (count: number) => existingPath(join(root, ...names.slice(0, count)));
  // A segment exists only if all segments before it exist, so a binary search finds the last one: a path may have thousands
  // of segments.
  let found = { count: 0, path: root };
  let missing = names.length;
  while (missing - found.count > 1) {
    const count = Math.floor((found.count + missing) / 2);
    const real = existing(count);
    if (real === undefined) missing = count;
    else found = { count, path: real };
  }
  return join(found.path, ...names.slice(found.count));
}

function existingPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}
