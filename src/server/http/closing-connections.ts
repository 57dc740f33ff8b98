import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Lets connections end when the server is told to stop: one that never asked anything at once, as browsers open them ahead
 * and Node waits for their first headers; any other with the answer that was under way. Otherwise they would be kept for a
 * next request, and the server would wait for one that it refuses.
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
