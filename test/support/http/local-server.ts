import { once } from 'node:events';
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Certificates } from './certificates.ts';

/** A server that listens on a free port of 127.0.0.1. */
export interface LocalServer {
  readonly port: number;
  /** The scheme, the address and the port, without a path. */
  readonly origin: string;
  /** Closes the server and all its connections. */
  readonly close: () => Promise<void>;
}

/** Starts an HTTP server; `prepare` adds listeners to it, such as one for the requests of a proxy. */
export async function startHttp(
  listener: RequestListener | undefined,
  prepare: (server: Server) => void = () => undefined,
): Promise<LocalServer> {
  const server = createHttp(listener);
  prepare(server);
  return listen(server, 'http');
}

/** Starts an HTTPS server with these certificates. */
export async function startHttps(
  { certificate: cert, key }: Certificates,
  listener: RequestListener,
  options: Omit<ServerOptions, 'cert' | 'key'> = {},
): Promise<LocalServer> {
  return listen(createHttps({ ...options, cert, key }, listener), 'https');
}

async function listen(server: Server, scheme: string): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `${scheme}://127.0.0.1:${port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      // `closeAllConnections` leaves out connections in a TLS handshake, and those that a proxy passes on.
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
