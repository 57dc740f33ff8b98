/**
 * The server as a process of its own, so that the client's work is not in its figures: `<folder> [<address of Postgres>]`. Told
 * `stop`, it ends; told anything else, it answers how much processor time it has used so far, in milliseconds.
 */
import { systemClock } from '../../src/core/time/clock.ts';
import { silentLogger } from '../../src/core/log.ts';
import { openBridgeServer } from '../../src/server/open-bridge-server.ts';
import { NO_ACCESS, NO_KNOWLEDGE, NO_SYNC } from '../../test/support/server/bridge-server.ts';

const [cwd = '.', databaseUrl] = process.argv.slice(2);
const server = await openBridgeServer({
  host: '127.0.0.1',
  port: 0,
  version: 'bench',
  databaseUrl,
  connectorsDir: 'connectors',
  policyFile: undefined,
  variablesForRun: () => ({}),
  auditRetentionDays: 400,
  previews: { reach: { allowedHosts: [], fileRoots: [] }, variables: () => ({}) },
  cwd,
  clock: systemClock,
  log: silentLogger,
  runLinks: {},
  access: NO_ACCESS,
  knowledge: NO_KNOWLEDGE,
  sync: NO_SYNC,
});

process.on('message', (message) => {
  if (message === 'stop') {
    void server.stop().then(() => {
      process.disconnect();
    });
    return;
  }
  const { user, system } = process.cpuUsage();
  process.send?.((user + system) / 1_000);
});
process.send?.(server.address);
