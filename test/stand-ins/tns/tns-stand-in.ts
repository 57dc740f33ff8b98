import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificates } from '../../support/http/certificates.ts';
import type { TnsStatement } from './account.ts';
import type { TnsError, TnsHandler } from './answer.ts';
import type { ConnectRequest } from './connect.ts';
import { Connection, type Listener } from './connection.ts';
import type { PasswordVersion } from './login.ts';

export interface TnsStandInOptions {
  /** Passwords by user, the user in upper case. */
  readonly users: Readonly<Record<string, string>>;
  readonly handler: TnsHandler;
  /** Those that the listener knows. Any unless given. */
  readonly services?: readonly string[];
  /** Those that the listener knows. Any unless given. */
  readonly sids?: readonly string[];
  /** `12c` unless given. Thin clients know no older one. */
  readonly passwordVersion?: PasswordVersion;
  /** Refuses a login whose password is right: ORA-28000, an account that is locked. */
  readonly refuseLogin?: (user: string) => TnsError | undefined;
  /** Turns a client away before its login, with the number of an error: 12516, no process is left. */
  readonly refuseConnection?: (request: ConnectRequest) => number | undefined;
  /** With them the server speaks TLS and nothing else. */
  readonly certificates?: Pick<Certificates, 'certificate' | 'key'>;
}

export interface TnsStandIn {
  readonly host: string;
  readonly port: number;
  /** All that came in, in this order: also what the stand-in answered by itself. */
  readonly statements: readonly TnsStatement[];
  /** How many clients have logged in so far. */
  readonly sessions: number;
  /** How many clients are connected, logged in or not. */
  readonly connections: number;
  /** Breaks all connections, as a server does that is stopped. */
  dropConnections(): void;
  close(): Promise<void>;
}

const UNKNOWN_SERVICE = 12_514;
const UNKNOWN_SID = 12_505;

/**
 * Speaks TNS and TTC as an Oracle database of version 19 does, for which there is no free server that a test could start,
 * and has no SQL: a test's handler answers statements. Oracle does not describe the protocol; what this knows is from what
 * the thin mode of the driver oracledb 26 sends and takes. It refuses what it does not know.
 *
 * It answers SET TRANSACTION, COMMIT, ROLLBACK, ALTER SESSION and the driver's own question for the time zone by itself,
 * but only keeps account of them: there is no data that could be isolated. It has no native network encryption, no
 * large objects but those that are fetched as text or bytes, and no object types, XMLTYPE among them. It does not prove
 * that a real database sends the same; it was never compared with one. With such a server, run the tests of the
 * source run against it, by ORACLE_TEST_URL.
 */
export async function startTnsStandIn(options: TnsStandInOptions): Promise<TnsStandIn> {
  const listener = listenerOf(options);
  const { certificates } = options;
  const sockets = new Set<Socket>();
  const connected = (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    new Connection(socket, listener).begin();
  };
  const server =
    certificates === undefined
      ? createServer(connected)
      : createTlsServer({ cert: certificates.certificate, key: certificates.key }, connected);
  const host = '127.0.0.1';
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const dropConnections = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    host,
    port,
    statements: listener.statements,
    get sessions() {
      return listener.sessions;
    },
    get connections() {
      return sockets.size;
    },
    dropConnections,
    async close() {
      const closed = once(server, 'close');
      server.close();
      dropConnections();
      await closed;
    },
  };
}

function listenerOf(options: TnsStandInOptions): Listener {
  const { services, sids } = options;
  return {
    users: options.users,
    passwordVersion: options.passwordVersion ?? '12c',
    refuseLogin: options.refuseLogin ?? (() => undefined),
    handler: options.handler,
    statements: [],
    sessions: 0,
    refuseConnection(request) {
      const { service, sid } = request;
      const strangeSid = sid !== undefined && sids?.includes(sid) === false;
      const strangeService = sid === undefined && services?.includes(service ?? '') === false;
      if (strangeSid) return UNKNOWN_SID;
      return strangeService ? UNKNOWN_SERVICE : options.refuseConnection?.(request);
    },
  };
}
