import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Closes connections when the server stops. A connection without a request closes immediately: browsers open such connections
 * in advance, and Node waits for their first headers. Any other connection closes after its current response. Otherwise
 * connections would be kept alive for a next request, and the server would wait for a request that it refuses.
 */
export function closeConnectionsWhenStopping(app: FastifyInstance): void {
  let stopping = false;
  const open = new Set<Socket>();
  app.server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  app.addHook('preClose', (done) => {
    stopping = true;
    for (const socket of open) {
      if (socket.bytesRead === 0) socket.destroy();
    }
    done();
  });
  app.addHook('onSend', async (_request, reply) => {
    if (stopping) reply.header('connection', 'close');
  });
}
