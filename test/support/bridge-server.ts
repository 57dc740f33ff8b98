import { systemClock } from '../../src/core/clock.ts';
import { silentLogger } from '../../src/core/log.ts';
import { openBridgeServer } from '../../src/server/open-bridge-server.ts';
import { temporaryFolders } from './temporary-folder.ts';

type Settings = Parameters<typeof openBridgeServer>[0];

/** A server of this program on a free port of the loopback, with a state of its own; stop it after the tests. */
export async function startBridgeServer(settings: Partial<Settings> = {}) {
  const folders = temporaryFolders();
  const cwd = settings.cwd ?? folders.make();
  const server = await openBridgeServer({
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    databaseUrl: undefined,
    connectorsDir: 'connectors',
    cwd,
    clock: systemClock,
    log: silentLogger,
    runLinks: {},
    ...settings,
  });
  let stopped: Promise<void> | undefined;
  const stop = () =>
    (stopped ??= server.stop().then(() => {
      folders.removeAll();
    }));
  return {
    url: server.address,
    cwd,
    stop,
    request: (path: string, init?: RequestInit) => fetch(`${server.address}${path}`, init),
  };
}
