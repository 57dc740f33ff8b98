import { connectorUses } from '../../../definitions/connector/uses.ts';
import { secretVariable } from '../../../definitions/connector/secrets/secrets.ts';
import { isSqlSource, type Connector, type SqlSourceSpec } from '../../../definitions/connector/types.ts';
import { BridgeError } from '../../../core/errors.ts';
import type { GuardedServer } from '../../../net/guard/connection-checks.ts';
import { matchesServer, serverName, serverOf, type ServerPlace } from '../../../policy/host-pattern.ts';
import { sqlServers } from '../../../sources/sql-servers.ts';

/** A managed secret, as far as a preview uses it. */
export interface BoundSecret {
  /** Host patterns; empty: no host. */
  readonly allowedHosts: readonly string[];
  /** Names of connectors; empty: no connector. */
  readonly allowedConnectors: readonly string[];
  /** Decrypts the value. @throws BridgeError SECRET_* */
  open(): string;
}

export interface PreviewSecrets {
  /** Returns undefined if no managed secret has this name. */
  managed(ref: string): Promise<BoundSecret | undefined>;
  /** Reads a `SECRET_…` variable. */
  variable(name: string): string | undefined;
}

/** What a draft may reach, and the secrets that it may use for that. */
export interface DraftAccess {
  readonly servers: readonly GuardedServer[];
  readonly secrets: Readonly<Record<string, string>>;
  readonly bindings: Readonly<Record<string, readonly GuardedServer[]>>;
}

interface Receiver {
  readonly server: ServerPlace;
  /** A token endpoint gets a client's own secret, and the API only what was issued for it. */
  readonly role: 'api' | 'token' | 'login';
  /** Two receivers with the same text are the same server with the same protocol. */
  readonly origin: string;
  readonly secretRefs: readonly string[];
}

/**
 * Decides which secrets a draft may use, before anything is sent: a managed secret goes to the hosts and connectors that an
 * administrator bound it to; a secret of the environment goes only where the merged connector of the same name sends it.
 * @param merged the connector of this name in the server's folder
 * @throws BridgeError PREVIEW_SECRET_REFUSED, PREVIEW_REFUSED, SECRET_*
 */
export async function accessOfDraft(
  connector: Connector,
  merged: Connector | undefined,
  secrets: PreviewSecrets,
): Promise<DraftAccess> {
  const { source, mode } = connector.spec;
  // A push connector is not connected to; its token is not needed.
  if (mode === 'rest_push' || source.type === 'file') return { servers: [], secrets: {}, bindings: {} };
  if (isSqlSource(source)) return accessOfDatabase(connector, source, merged, secrets);
  requireOwnHost(connector, merged);
  const receivers = receiversOf(connector);
  const values: Record<string, string> = {};
  const bindings: Record<string, GuardedServer[]> = {};
  for (const ref of new Set(connectorUses(connector).secrets.map((secret) => secret.ref))) {
    const own = receivers.filter(({ secretRefs }) => secretRefs.includes(ref));
    const managed = await secrets.managed(ref);
    for (const receiver of own) {
      const isBound =
        managed === undefined
          ? isUsedAsMerged(ref, connector, merged) && isSentByMerged(ref, receiver, merged)
          : isManagedFor(managed, connector, receiver.server);
      if (!isBound) throw refused(ref, connector, serverName(receiver.server), managed !== undefined);
    }
    values[ref] = managed?.open() ?? fromEnvironment(ref, secrets);
    bindings[ref] = own.map(({ server }) => server);
  }
  return { servers: receivers.map(({ server }) => server), secrets: values, bindings };
}

/** The host of a database is in its secret, so the draft cannot change it; the query of a draft is new, though. */
async function accessOfDatabase(
  connector: Connector,
  source: SqlSourceSpec,
  merged: Connector | undefined,
  secrets: PreviewSecrets,
): Promise<DraftAccess> {
  const { secretRef: ref, type } = source;
  const managed = await secrets.managed(ref);
  const before = merged?.spec.source;
  const isMerged =
    before !== undefined && isSqlSource(before) && before.type === type && before.secretRef === ref;
  if (managed === undefined && !isMerged) throw refused(ref, connector, 'its database', false);
  if (managed !== undefined && !managed.allowedConnectors.includes(connector.metadata.name))
    throw refused(ref, connector, 'its database', true);
  const value = managed?.open() ?? fromEnvironment(ref, secrets);
  const servers = sqlServers(source, value);
  for (const server of servers) {
    if (managed !== undefined && !isManagedFor(managed, connector, server))
      throw refused(ref, connector, 'the host of its connection string', true);
    requireKnownPlace(server, type, ref);
  }
  return { servers, secrets: { [ref]: value }, bindings: { [ref]: servers } };
}

/** A name of another configuration file, or a port that only a datagram could ask for, cannot be checked. */
function requireKnownPlace({ host, port }: ServerPlace, type: string, ref: string): void {
  if (host.startsWith('/') || (/^[\w.:-]+$/.test(host) && port !== undefined)) return;
  throw new BridgeError(
    'PREVIEW_REFUSED',
    `The connection string in ${ref} does not name host and port of the ${type} server, so previews cannot check its address.`,
    { hint: 'Write host and port in the connection string.' },
  );
}

function isManagedFor(
  { allowedHosts, allowedConnectors }: BoundSecret,
  { metadata }: Connector,
  server: ServerPlace,
): boolean {
  return allowedConnectors.includes(metadata.name) && matchesServer(allowedHosts, server);
}

/** Whether the merged connector sends this secret to the same server, with the same protocol and for the same purpose. */
function isSentByMerged(ref: string, { origin, role }: Receiver, merged: Connector | undefined): boolean {
  if (merged?.spec.mode !== 'rest_pull' || merged.spec.source.type !== 'http') return false;
  return receiversOf(merged).some(
    (known) => known.origin === origin && known.role === role && known.secretRefs.includes(ref),
  );
}

/** Whether the draft names a secret only in fields in which the merged connector names it: a key that signs is not a token to send. */
function isUsedAsMerged(ref: string, connector: Connector, merged: Connector | undefined): boolean {
  const fieldsOf = (one: Connector) =>
    connectorUses(one)
      .secrets.filter((secret) => secret.ref === ref)
      .map(({ path }) => path);
  const known = new Set(merged === undefined ? [] : fieldsOf(merged));
  return fieldsOf(connector).every((path) => known.has(path));
}

/**
 * A server of many customers passes a request to the one that the Host header names, whatever the address was.
 * @throws BridgeError PREVIEW_REFUSED
 */
function requireOwnHost(connector: Connector, merged: Connector | undefined): void {
  const own = hostHeaders(connector);
  const known = merged === undefined ? [] : hostHeaders(merged);
  if (own.every((value) => known.includes(value))) return;
  throw new BridgeError(
    'PREVIEW_REFUSED',
    'Previews send a Host header only as the merged connector of the same name does.',
    { hint: 'Remove Host from source.headers, and write the name in the address.' },
  );
}

function hostHeaders({ spec: { source } }: Connector): string[] {
  if (source.type !== 'http') return [];
  const { headers = {}, secretHeaders = {} } = source;
  return Object.entries({ ...secretHeaders, ...headers }).flatMap(([name, value]) =>
    name.toLowerCase() === 'host' ? [value] : [],
  );
}

/**
 * Everything that requests are sent to. An address whose host is a template is not one: the last check, before each request,
 * refuses it.
 */
function receiversOf(connector: Connector): Receiver[] {
  return connectorUses(connector).servers.flatMap(({ path, address, secretRefs }) => {
    const server = serverOf(address);
    const role = path.endsWith('.tokenUrl') ? 'token' : path.endsWith('.login.url') ? 'login' : 'api';
    return server === undefined ? [] : [{ server, role, origin: new URL(address).origin, secretRefs }];
  });
}

/** Whether every server of a draft is one of the merged connector, so that its client certificate goes nowhere else. */
export function reachesOnlyMerged(connector: Connector, merged: Connector): boolean {
  const known = new Set(receiversOf(merged).map(({ origin }) => origin));
  return receiversOf(connector).every(({ origin }) => known.has(origin));
}

/** @throws BridgeError SECRET_MISSING */
function fromEnvironment(ref: string, secrets: PreviewSecrets): string {
  const value = secrets.variable(secretVariable(ref));
  if (value !== undefined && value !== '') return value;
  throw new BridgeError('SECRET_MISSING', `The secret ${ref} is not set.`, {
    hint: 'Ask an administrator to store it in Studio, under Secrets.',
  });
}

/** The same message whether a secret of the environment exists or not. */
function refused(ref: string, { metadata }: Connector, where: string, isManaged: boolean): BridgeError {
  const bind = `bind ${ref} to the connector ${metadata.name} and to this host`;
  return new BridgeError(
    'PREVIEW_SECRET_REFUSED',
    `The secret ${ref} may not be sent to ${where} by the connector ${metadata.name}, so nothing was sent.`,
    {
      hint: isManaged
        ? `An administrator can ${bind} in Studio, under Secrets.`
        : `An administrator can store it in Studio, under Secrets, and ${bind}. A secret of the environment goes only where the merged connector of the same name sends it.`,
    },
  );
}
