/**
 * Runs a connector like `run --local`, or like `run` if there is a DISCOVERY_ENGINE_ENDPOINT, and kills its own process with
 * SIGKILL when it reaches a given point. With `list` in place of a point it runs to the end and prints every point it
 * passed. It never waits for the clock. With a length for its leases it suspends itself at the point, in place of killing;
 * each wait for a retry or a poll is a point, too.
 *
 *     killable-run.ts <connector.yaml> <point> <run id> [resend] [<lease ms>]
 */
import { runBridge } from '../../../src/app/run/bridge.ts';
import { readEnvironment, secretVariablesOf } from '../../../src/cli/environment/environment.ts';
import { loadConnector } from '../../../src/definitions/connector/load.ts';
import { toBridgeError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/core/log.ts';
import type { Observer, Ports } from '../../../src/pipeline/ports/job.ts';
import type { DeliveryJournal, Destination } from '../../../src/pipeline/ports/delivery-port.ts';
import type { ArtifactStore } from '../../../src/pipeline/ports/ports.ts';
import type { State } from '../../../src/pipeline/ports/state-port.ts';

const [path = '', killAt = '', runId = '', ...options] = process.argv.slice(2);
const resend = options.includes('resend');
const lease = options.find((option) => /^\d+$/.test(option));
const leaseMs = lease === undefined ? undefined : Number(lease);
const env = readEnvironment();
const local = env.endpoints().discoveryEngine === undefined;
const passed = new Map<string, number>();

/** A point is a name and how often it was passed: `stage: before 1`. */
function reach(name: string): void {
  const times = (passed.get(name) ?? 0) + 1;
  passed.set(name, times);
  if (`${name} ${times}` !== killAt) return;
  if (leaseMs !== undefined) {
    process.kill(process.pid, 'SIGSTOP');
    return;
  }
  process.kill(process.pid, 'SIGKILL');
  for (;;) {
    // Dead in a moment: not one instruction of the run may follow.
  }
}

async function around<T>(name: string, work: () => Promise<T>): Promise<T> {
  reach(`${name}: before`);
  const result = await work();
  reach(`${name}: after`);
  return result;
}

const observer: Observer = {
  phase: (phase) => {
    reach(`phase ${phase}`);
  },
  rows: () => {
    reach('batch');
  },
};

function killableState(state: State): State {
  return {
    ...state,
    beginRun: (run) => around('begin', () => state.beginRun(run)),
    stage: (id, records) => around('stage', () => state.stage(id, records)),
    published: (id, publication) => around('published', () => state.published(id, publication)),
    commit: (commit) => around('commit', () => state.commit(commit)),
    journal: (...run) => killableJournal(state.journal(...run)),
  };
}

function killableJournal(journal: DeliveryJournal): DeliveryJournal {
  return {
    ...journal,
    targetLease: async (signal) => {
      const turn = await around('turn', () => journal.targetLease(signal));
      return { ...turn, release: () => around('end of turn', () => turn.release()) };
    },
    save: (step) => around(`save ${step.name} ${step.state}`, () => journal.save(step)),
    settle: (id) => around('settle', () => journal.settle(id)),
    reject: (documents) => around('reject', () => journal.reject(documents)),
    remember: (name, value) => around(`remember ${name}`, () => journal.remember(name, value)),
  };
}

function killableStore(store: ArtifactStore): ArtifactStore {
  return {
    ...store,
    create: async (name) => {
      const writer = await store.create(name);
      const file = name.split('/').at(-1) ?? '';
      return {
        write: (bytes) => around(`write ${file}`, () => writer.write(bytes)),
        finish: () => around(`finish ${file}`, () => writer.finish()),
        abort: () => writer.abort(),
      };
    },
    replace: (name, content) =>
      around(`replace ${name.includes('/latest/') ? 'latest' : (name.split('/').at(-1) ?? '')}`, () =>
        store.replace(name, content),
      ),
  };
}

function killableDestination(destination: Destination): Destination {
  return {
    deliver: (...delivery) => around('deliver', () => destination.deliver(...delivery)),
  };
}

const wrapPorts = (ports: Ports): Ports => ({
  ...ports,
  state: killableState(ports.state),
  // A bucket is outside: who plays it sees each write, and can kill.
  store: local ? killableStore(ports.store) : ports.store,
  destination: killableDestination(ports.destination),
});

const result = runBridge(
  await loadConnector(path),
  {
    runId,
    local,
    dryRun: false,
    full: resend,
    resend,
    reconcile: false,
    sends: true,
    allowDeletes: undefined,
  },
  {
    databaseUrl: env.databaseUrl,
    cwd: process.cwd(),
    gcsEndpoint: env.endpoints().gcs,
    discoveryEngineEndpoint: env.endpoints().discoveryEngine,
    proxy: { http: undefined, https: undefined, except: undefined },
    policyFile: undefined,
    oracleClientLibDir: undefined,
    retry: { retries: leaseMs === undefined ? 0 : 2, backoffSeconds: 0 },
    ...(leaseMs !== undefined && { leaseTiming: { leaseMs, heartbeatMs: leaseMs / 4 } }),
    log: silentLogger,
    observer,
    ...secretVariablesOf(env),
    redact: (text) => text,
    wait: () => {
      reach('wait');
      return Promise.resolve();
    },
    wrapPorts,
  },
  new AbortController().signal,
);
await result.catch((thrown: unknown) => {
  const { code, message, exit } = toBridgeError(thrown);
  process.stderr.write(`${code} ${message}\n`);
  process.exitCode = exit;
});
for (const [name, times] of passed) {
  for (let time = 1; time <= times; time++) process.stdout.write(`${name} ${time}\n`);
}
