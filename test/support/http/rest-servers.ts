import { startRest, type RestStandIn } from '../../stand-ins/rest/rest-stand-in.ts';
import { startServer, type Reply, type TestServer } from './http-server.ts';

/** Starts servers for a test file, and closes what is left of them after each test. */
export class RestServers {
  readonly #open: { close(): Promise<void> }[] = [];

  async start(...options: Parameters<typeof startRest>): Promise<RestStandIn> {
    const server = await startRest(...options);
    this.#open.push(server);
    return server;
  }

  /** Answers the first request with the first reply, and so on; the last reply again and again. */
  async answering(...replies: readonly Reply[]): Promise<TestServer> {
    const server = await startServer(...replies);
    this.#open.push(server);
    return server;
  }

  async close(): Promise<void> {
    for (const server of this.#open.splice(0)) await server.close();
  }
}
