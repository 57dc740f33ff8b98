import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

/**
 * A client that sends `Expect: 100-continue` waits for permission to send its body. Node would grant it immediately. Here it
 * is granted after the gate, so that a client with a wrong key does not first send 50 MB. Other expectations are ignored, as
 * HTTP allows, whereas Node would respond to them itself.
 */
export function continueAfterGate(app: FastifyInstance): void {
  for (const asked of ['checkContinue', 'checkExpectation']) {
    app.server.on(asked, (request: IncomingMessage, response: ServerResponse) => {
      app.routing(request, response);
    });
  }
  app.addHook('preParsing', async ({ headers }, reply) => {
    if (headers.expect?.toLowerCase() === '100-continue') reply.raw.writeContinue();
  });
}
