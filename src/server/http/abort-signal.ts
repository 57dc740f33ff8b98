import type { FastifyRequest } from 'fastify';

/** Aborts when the client closes the connection before it has the response. */
export function abortSignalOf({ raw }: FastifyRequest): AbortSignal {
  const controller = new AbortController();
  raw.socket.once('close', () => {
    controller.abort();
  });
  return controller.signal;
}
