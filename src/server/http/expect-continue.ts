import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

/**
 * A client that asks with `Expect: 100-continue` sends its body when it is told to. Node would tell it at once; here it is
 * told after the gate, so that nobody sends 50 MB to read that the key is wrong. Other expectations are ignored, as HTTP
 * allows, where Node would answer by itself.
 */
export function inviteBodies(app: FastifyInstance): void {
  for (const asked of ['checkContinue', 'checkExpectation']) {
    app.server.on(asked, (request: IncomingMessage, response: ServerResponse) => {
      app.routing(request, response);
    });
  }
  app.addHook('preParsing', async ({ headers }, reply) => {
    if (headers.expect?.toLowerCase() === '100-continue') reply.raw.writeContinue();
  });
}
