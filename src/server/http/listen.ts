import type { FastifyInstance } from 'fastify';
import { BridgeError } from '../../core/errors.ts';
import { SERVER_DRAIN_SECONDS_MAX } from '../../core/limits.ts';

export interface Listening {
  /** The base URL of the server: `http://host:port`. */
  readonly address: string;
  /** Stops accepting requests, lets requests in flight finish, and resolves when the last connection is closed. */
  stop(): Promise<void>;
}

/**
 * @param place port 0 selects a free port
 * @throws BridgeError PORT_TAKEN or HOST_INVALID
 */
export async function listen(
  app: FastifyInstance,
  place: { readonly host: string; readonly port: number },
): Promise<Listening> {
  try {
    const address = await app.listen(place);
    return { address, stop: () => drain(app) };
  } catch (thrown) {
    await app.close();
    throw listenError(thrown, place);
  }
}

/** A client that does not read its response must not keep the server running forever. */
async function drain(app: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => {
    app.server.closeAllConnections();
  }, SERVER_DRAIN_SECONDS_MAX * 1_000);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
}

function listenError(thrown: unknown, { host, port }: { host: string; port: number }): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'EADDRINUSE') {
    return new BridgeError('PORT_TAKEN', `Port ${port} of ${host} is taken by another program.`, {
      hint: 'Choose another --port, or stop the other program.',
    });
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EACCES') {
    return new BridgeError('HOST_INVALID', `This machine cannot listen on ${host}, port ${port} (${code}).`, {
      hint: 'Use --host 127.0.0.1 for this machine only, or --host 0.0.0.0 for all of its addresses; ports below 1024 need privileges.',
    });
  }
  return thrown;
}
