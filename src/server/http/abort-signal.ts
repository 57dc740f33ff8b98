import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** One per connection, because a client sends many requests over one connection, and each listener stays until it closes. */
const signals = new WeakMap<Socket, AbortSignal>();

/** Aborts when the client closes the connection before it has the response. */
export function abortSignalOf({ raw: { socket } }: FastifyRequest): AbortSignal {
  const known = signals.get(socket);
  if (known !== undefined) return known;
  const controller = new AbortController();
  if (socket.destroyed) controller.abort();
  socket.once('close', () => {
    controller.abort();
  });
  signals.set(socket, controller.signal);
  return controller.signal;
}
