import { BridgeError } from '../core/errors.ts';
import type { DefinitionUses } from '../definitions/uses.ts';
import { policyFindings } from './findings.ts';
import { Decisions, type NamedDefinition } from './decisions.ts';
import { serverName, type ServerPlace } from './host-pattern.ts';
import type { Paths, Policy } from './policy.ts';

/**
 * The permissions of one definition during its run. Every method throws BridgeError POLICY_REFUSED for an action that the policy
 * does not allow.
 */
export interface Permit {
  /** @param secretRefs names of the secrets that are sent there */
  server(server: ServerPlace, secretRefs: readonly string[]): void;
  /** Whether secrets may be sent without encryption to a server that is not this machine. */
  inClear(server: ServerPlace, secretRefs: readonly string[]): boolean;
  /** @param path absolute, with all links resolved */
  folder(path: string): void;
}

/** Without a policy a definition may use everything, but never sends a secret without encryption. */
const EVERYTHING: Permit = {
  server: () => undefined,
  inClear: () => false,
  folder: () => undefined,
};

/**
 * The permit of a definition. First compares everything that its file names with the policy, before a secret is read.
 * @throws BridgeError POLICY_REFUSED
 */
export function permitFor(
  policy: Policy | undefined,
  definition: NamedDefinition,
  uses: DefinitionUses,
  paths: Paths,
  cwd: string,
): Permit {
  if (policy === undefined) return EVERYTHING;
  const { name } = definition;
  const found = policyFindings(policy, definition, uses, paths, cwd);
  if (found.length > 0)
    throw refused(
      policy,
      definition,
      found.map(({ path, message }) => `${path}: ${message}`),
    );
  const decisions = new Decisions(policy, definition, paths);
  return {
    server(server, secretRefs) {
      if (decisions.maySend(secretRefs, server)) return;
      const what = decisions.mayConnect(server)
        ? `to send ${secretRefs.join(' and ')} to ${serverName(server)}: no single rule names the secret and the host`
        : `to connect to ${serverName(server)}`;
      throw refused(policy, definition, `The policy does not allow ${name} ${what}.`);
    },
    inClear: (server, secretRefs) => decisions.maySendInClear(secretRefs, server),
    folder(path) {
      if (decisions.mayRead(path)) return;
      throw refused(policy, definition, `The policy does not allow ${name} to read ${path}.`);
    },
  };
}

function refused(
  { file }: Policy,
  { noun }: NamedDefinition,
  message: string | readonly string[],
): BridgeError {
  return new BridgeError('POLICY_REFUSED', message, {
    hint: `Change the ${noun}, or ask the operator to allow this in ${file}.`,
  });
}
