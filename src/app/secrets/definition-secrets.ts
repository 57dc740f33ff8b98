import { BridgeError } from '../../core/errors.ts';
import { open } from '../../core/secrets/managed/cipher.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { App } from '../../definitions/app/types.ts';
import { secretsOf, type SecretVariables } from '../../definitions/connector/secrets/secrets.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import { KIND_NOUNS } from '../../definitions/files/kind-names.ts';
import { kindNamed } from '../../definitions/files/kinds.ts';
import type { KnowledgeSource } from '../../definitions/knowledge-source/types.ts';
import { matchesServer, serverName } from '../../policy/host-pattern.ts';
import type { Permit } from '../../policy/permit.ts';
import { hourOf, type SecretRows, type StoredSecret } from '../../state/secrets/secret-rows.ts';

type Definition = Connector | KnowledgeSource | App;

/** The secrets of one definition, and what it may do with them. */
export interface DefinitionSecrets {
  /** Returns a secret by its name. @throws BridgeError SECRET_MISSING */
  readonly secret: (ref: string) => string;
  /** The permit of the operator's policy, which also refuses a host that a stored secret may not be sent to. */
  readonly permit: Permit;
}

/**
 * Loads the stored secrets that a definition names, with at most one query. A name that is stored is never looked for in the
 * environment: if its secret cannot be opened, this fails.
 * @throws BridgeError SECRET_UNREADABLE, SECRETS_KEY_MISSING, SECRET_NOT_ALLOWED, ENVIRONMENT_INVALID or STATE_*
 */
export async function definitionSecrets(
  definition: Definition,
  permit: Permit,
  rows: SecretRows,
  variables: SecretVariables,
  clock: Clock,
): Promise<DefinitionSecrets> {
  const names = await secretNamesOf(definition);
  const stored = names.length === 0 ? [] : await rows.read(names);
  const values = new Map(stored.map((secret) => [secret.name, openedFor(definition, secret, variables)]));
  const now = clock.now();
  const unnoted = stored.filter(({ lastUsedAt }) => lastUsedAt === null || lastUsedAt < hourOf(now));
  if (unnoted.length > 0)
    await rows.noteUse(
      unnoted.map(({ name }) => name),
      now,
    );
  const fromEnvironment = secretsOf(sourceOf(definition), variables);
  return {
    secret(ref) {
      const value = values.get(ref);
      if (value !== undefined) return value;
      // It was not looked for among the stored secrets, so its variable must not be used either.
      if (!names.includes(ref))
        throw new BridgeError('INTERNAL', `The secret ${ref} is not one of this definition.`);
      return fromEnvironment(ref);
    },
    permit: boundPermit(definition, permit, stored),
  };
}

async function secretNamesOf(definition: Definition): Promise<string[]> {
  const kind = await kindNamed(definition.kind);
  const names = kind.uses(definition).secrets.map(({ ref }) => ref);
  return [...new Set(names)].filter((name) => name !== '');
}

/** Only connectors have a source, which hints name. */
function sourceOf(definition: Definition): Partial<Pick<Connector['spec'], 'source'>> {
  return definition.kind === 'Connector' ? definition.spec : {};
}

/** What opens a stored secret. */
export type SecretOpener = Pick<SecretVariables, 'managedKeys' | 'hideSecret'>;

/** Opens a stored secret for a definition, if it may use it. @throws BridgeError as `definitionSecrets` does */
export function openedFor(definition: Definition, secret: StoredSecret, variables: SecretOpener): string {
  const { allowedConnectors } = secret;
  const value = openedSecret(secret, variables);
  if (allowedConnectors === undefined) throw unreadable(secret);
  requireAllowedConnector(definition, secret.name, allowedConnectors);
  return value;
}

/** @throws BridgeError SECRET_NOT_ALLOWED */
function requireAllowedConnector(
  { kind, metadata }: Pick<Definition, 'kind' | 'metadata'>,
  name: string,
  allowed: readonly string[],
): void {
  // The names of other kinds are names of their own, so an app may have the name of a connector.
  if (allowed.length === 0 || (kind === 'Connector' && allowed.includes(metadata.name))) return;
  const noun = kind === 'Connector' ? 'connector' : KIND_NOUNS[kind];
  throw notAllowed(
    `The stored secret ${name} may not be used by the ${noun} ${metadata.name}.`,
    'connectors',
  );
}

/**
 * Decrypts a stored secret, and makes sure that it is not shown.
 * @throws BridgeError SECRET_UNREADABLE, SECRETS_KEY_MISSING, ENVIRONMENT_INVALID
 */
export function openedSecret(secret: Pick<StoredSecret, 'name' | 'sealed'>, variables: SecretOpener): string {
  const ring = variables.managedKeys();
  if (ring === undefined) {
    throw new BridgeError(
      'SECRETS_KEY_MISSING',
      `The secret ${secret.name} is stored in the database, and MANAGED_SECRET_ENCRYPTION_KEY, which opens it, is not set.`,
      { hint: `Set MANAGED_SECRET_ENCRYPTION_KEY with the key ${secret.sealed.keyId} for this process.` },
    );
  }
  const value = open('managed-secret', secret.name, secret.sealed, ring);
  if (value === undefined) throw unreadable(secret);
  variables.hideSecret(value);
  return value;
}

function unreadable({ name, sealed }: Pick<StoredSecret, 'name' | 'sealed'>): BridgeError {
  return new BridgeError(
    'SECRET_UNREADABLE',
    `The stored secret ${name} cannot be opened with the keys of MANAGED_SECRET_ENCRYPTION_KEY. It needs the key ${sealed.keyId}.`,
    {
      hint: 'Run gemini-sync-bridge secrets list to see the state of the keys. If its key is missing or wrong, set the former key; otherwise its row was changed, so set the secret again.',
    },
  );
}

/** Checks each host that a source really connects to, such as that of a connection string. */
function boundPermit({ metadata }: Definition, permit: Permit, stored: readonly StoredSecret[]): Permit {
  const hosts = new Map(stored.map(({ name, allowedHosts }) => [name, allowedHosts]));
  return {
    ...permit,
    server(server, secretRefs) {
      for (const ref of secretRefs) {
        if (!hosts.has(ref)) continue;
        const allowed = hosts.get(ref);
        if (allowed !== undefined && (allowed.length === 0 || matchesServer(allowed, server))) continue;
        throw notAllowed(
          `The stored secret ${ref} may not be sent to ${serverName(server)}, which ${metadata.name} names.`,
          'hosts',
        );
      }
      permit.server(server, secretRefs);
    },
  };
}

function notAllowed(message: string, list: 'hosts' | 'connectors'): BridgeError {
  return new BridgeError('SECRET_NOT_ALLOWED', `${message} Nothing was sent.`, {
    hint: `Correct the definition, or ask an administrator to add it to the allowed ${list} of the secret.`,
  });
}
