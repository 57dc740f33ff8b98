import type { FastifyInstance } from 'fastify';

/**
 * Lets connections end with the answer that was under way when the server was told to stop. Otherwise they would be kept
 * for a next request, and the server would wait for one that it refuses.
 */
export function closeConnectionsWhenStopping(app: FastifyInstance): void {
  let stopping = false;
  app.addHook('preClose', (done) => {
    stopping = true;
    done();
  });
  app.addHook('onSend', async (_request, reply) => {
    if (stopping) reply.header('connection', 'close');
  });
}
