import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import type { Admission } from './admission.ts';
import type { TdsHandler } from './answer.ts';
import { Connection } from './connection.ts';
import type { TdsService, TdsStatement } from './session.ts';

export interface TdsStandInOptions extends Admission {
  readonly handler: TdsHandler;
}

export interface TdsStandIn {
  readonly host: string;
  readonly port: number;
  /** All that came in, in this order: also what the stand-in answered by itself. */
  readonly statements: readonly TdsStatement[];
  /** How many clients have logged in so far. */
  readonly sessions: number;
  /** How many clients are connected, logged in or not. */
  readonly connections: number;
  /** Breaks all connections, as a server does that is stopped. */
  dropConnections(): void;
  close(): Promise<void>;
}

/**
 * Speaks TDS as SQL Server does, for which there is no free server that a test could start, and has no SQL: a test's
 * handler answers statements. What it knows is from Microsoft's public description of the protocol (MS-TDS) and from what
 * the driver tedious 19 sends and takes. It refuses what it does not know.
 *
 * It answers SET and what concerns transactions by itself, but only keeps account of them: there is no data that
 * could be isolated, no lock, no plan. It does not prove that a real SQL Server sends the same; it was never held
 * against one. With such a server, set MSSQL_TEST_URL to run the tests of the source against it.
 */
export async function startTdsStandIn(options: TdsStandInOptions): Promise<TdsStandIn> {
  const service: TdsService = { ...options, statements: [], sessions: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    new Connection(socket, service).begin();
  });
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
    statements: service.statements,
    get sessions() {
      return service.sessions;
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
