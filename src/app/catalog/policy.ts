import { realpathSync } from 'node:fs';
import { join, parse, resolve, sep } from 'node:path';
import { directoryOf } from '../../artifacts/file/location.ts';
import type { CheckedFile } from '../../definitions/known-files.ts';
import { readConnectorFile } from '../../definitions/connector-files.ts';
import {
  checkConnectors,
  checkFile,
  loadConnector,
  type CheckOptions,
  type OperatorPolicy,
  type Report,
} from '../../definitions/connector/load.ts';
import { textAt } from '../../definitions/draft.ts';
import { problemLine, type Problem } from '../../definitions/problem.ts';
import { secretRefsOf } from '../../definitions/connector/secret-references.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import { BridgeError } from '../../core/errors.ts';
import { policyFindings } from '../../policy/connector-findings.ts';
import { connectorPermit, type ConnectorPermit } from '../../policy/connector-permit.ts';
import { Decisions } from '../../policy/decisions.ts';
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
    { hint: 'Correct the file that POLICY_FILE names. No connector is used before.' },
  );
}

/**
 * `checkConnectors` under the operator's policy. If the policy is not valid, the report contains its problems and no
 * connector is valid.
 */
export async function checkConnectorsUnderPolicy(
  paths: readonly string[],
  place: PolicyPlace,
  more: Pick<CheckOptions, 'secretIsSet' | 'known' | 'checkElsewhere'> = {},
): Promise<Report> {
  const opened = await readPolicyFile(place);
  const { cwd } = place;
  const options = { ...more, cwd };
  if ('policy' in opened) {
    return checkConnectors(paths, { ...options, policy: operatorPolicy(opened.policy, cwd) });
  }
  const report = await checkConnectors(paths, options);
  return { ...report, problems: [...opened.problems, ...report.problems], connectors: [] };
}

/** Checks a single file under the operator's policy. A policy that is not valid is reported by `checkConnectorsUnderPolicy`. */
export async function checkFileUnderPolicy(file: string, place: PolicyPlace): Promise<CheckedFile> {
  const opened = await readPolicyFile(place);
  const policy = 'policy' in opened ? operatorPolicy(opened.policy, place.cwd) : undefined;
  return checkFile(file, { cwd: place.cwd, policy });
}

/** `loadConnector` under the operator's policy. @throws BridgeError as `loadConnector` and `openPolicy` do */
export async function loadConnectorUnderPolicy(path: string, place: PolicyPlace): Promise<Connector> {
  const policy = await openPolicy(place);
  return loadConnector(resolve(place.cwd, path), { policy: operatorPolicy(policy, place.cwd) });
}

/**
 * The permissions of the connector.
 * @throws BridgeError POLICY_INVALID, or POLICY_REFUSED if the file uses something that the policy does not allow
 */
export async function permitOf(connector: Connector, place: PolicyPlace): Promise<ConnectorPermit> {
  return connectorPermit(await openPolicy(place), connector, pathsOf(place.cwd), place.cwd);
}

function operatorPolicy(policy: Policy | undefined, cwd: string): OperatorPolicy | undefined {
  if (policy === undefined) return undefined;
  const paths = pathsOf(cwd);
  return {
    findings: (connector) => policyFindings(policy, connector, paths, cwd),
    allowsInClear(connector, address) {
      const server = serverOf(address);
      if (server === undefined) return false;
      const decisions = new Decisions(policy, textAt(connector, 'metadata.name') ?? '', paths);
      return decisions.maySendInClear(secretRefsOf(connector), server);
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
