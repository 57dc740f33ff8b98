/**
 * A server whose syncs never end, with short leases on its jobs. It prints its address, and a line for each sync that begins.
 * DATABASE_URL names its state; without it, the state is in the working directory.
 */
import { startBridgeServer, NO_ACCESS, NO_SYNC } from '../server/bridge-server.ts';
import { findCrm, runnerStandIn } from './app-stand-in.ts';
import { ADMIN, SHORT_TIMING } from './short-jobs.ts';

const server = await startBridgeServer({
  cwd: process.cwd(),
  databaseUrl: process.env['DATABASE_URL'],
  access: { ...NO_ACCESS, adminKey: ADMIN },
  sync: {
    ...NO_SYNC,
    jobTiming: SHORT_TIMING,
    findApp: findCrm,
    runner: runnerStandIn(() => {
      process.stdout.write('begun\n');
      return new Promise(() => undefined);
    }).runner,
  },
});
process.stdout.write(`${server.url}\n`);
