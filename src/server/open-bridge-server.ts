import { openCatalog } from '../app/catalog.ts';
import type { RunLinks } from '../app/ops-surroundings.ts';
import { openServerState } from '../app/server-state.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import { createServer } from './app.ts';
import { loopbackGate } from './loopback-gate.ts';
import { listen, type Listening } from './listening.ts';

interface ServerSettings {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly version: string;
  /** `postgres://…`; undefined is the embedded database below `cwd`. */
  readonly databaseUrl: string | undefined;
  readonly connectorsDir: string;
  readonly cwd: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly runLinks: RunLinks;
}

/**
 * Opens what the server works with, and listens.
 * @throws BridgeError STATE_*, ENVIRONMENT_INVALID, PORT_TAKEN or HOST_INVALID; nothing stays open then.
 */
export async function openBridgeServer(settings: ServerSettings): Promise<Listening> {
  const { host, port, version, connectorsDir, cwd, clock, log, runLinks } = settings;
  const state = await openServerState(settings);
  try {
    const catalog = openCatalog({ directory: connectorsDir, cwd, clock });
    const gate = loopbackGate();
    const context = { version, log, clock, catalog, state, gate, runLinks, trustedProxies: [] };
    const app = await createServer(context);
    const listening = await listen(app, { host, port });
    return {
      address: listening.address,
      async stop() {
        await listening.stop();
        await state.close();
      },
    };
  } catch (thrown) {
    await state.close();
    throw thrown;
  }
}
