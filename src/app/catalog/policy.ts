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
import { secretRefsOf } from '../../definitions/connector/rules/secrets.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import { BridgeError } from '../../core/errors.ts';
import { policyFindings } from '../../policy/connector-findings.ts';
import { connectorPermit, type ConnectorPermit } from '../../policy/connector-permit.ts';
import { Decisions } from '../../policy/decisions.ts';
import { serverOf } from '../../policy/host-pattern.ts';
import type { Paths, Policy } from '../../policy/policy.ts';
import { readPolicy } from '../../policy/read-policy.ts';

/** Where the operator's policy is. */
export interface PolicyPlace {
  /** `POLICY_FILE`; undefined without a policy. */
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

/** @throws BridgeError POLICY_INVALID with every problem on a line of its own; never takes a file that cannot be read for no policy */
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

/** `checkConnectors` under the operator's policy. With a policy that is not valid, its problems are the report and no connector is valid. */
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

/** Checks one file by itself under the operator's policy; one that is not valid is reported by `checkConnectorsUnderPolicy`. */
export async function checkFileUnderPolicy(file: string, place: PolicyPlace): Promise<CheckedFile> {
  const opened = await readPolicyFile(place);
  const policy = 'policy' in opened ? operatorPolicy(opened.policy, place.cwd) : undefined;
  return checkFile(file, { cwd: place.cwd, policy });
}

/** `loadConnector` under the operator's policy. @throws BridgeError as that and `openPolicy` do */
export async function loadConnectorUnderPolicy(path: string, place: PolicyPlace): Promise<Connector> {
  const policy = await openPolicy(place);
  return loadConnector(resolve(place.cwd, path), { policy: operatorPolicy(policy, place.cwd) });
}

/** What the connector may do. @throws BridgeError POLICY_INVALID, or POLICY_REFUSED for what its file names */
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

/** The path as the system opens it; of a path that does not exist, the part that does. */
function realPath(path: string): string {
  const whole = existingPath(path);
  if (whole !== undefined) return whole;
  const target = resolve(path);
  const { root } = parse(target);
  const names = target.slice(root.length).split(sep);
  const existing = (count: number) => existingPath(join(root, ...names.slice(0, count)));
  // A part exists only if all before it do, so the last one is found by halving: a path may have thousands of parts.
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
