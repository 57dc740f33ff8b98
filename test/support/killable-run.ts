/**
 * Runs a connector like `run --local`, and kills its own process with SIGKILL when it reaches a given point. With `list` in
 * place of a point it runs to the end and prints every point it passed.
 *
 *     killable-run.ts <connector.yaml> <point> <run id>
 */
import { runBridge } from '../../src/app/bridge.ts';
import { loadConnector } from '../../src/connector/load.ts';
import { silentLogger } from '../../src/core/log.ts';
import type { Observer, Ports } from '../../src/pipeline/job.ts';
import type { Destination } from '../../src/pipeline/delivery-port.ts';
import type { ArtifactStore } from '../../src/pipeline/ports.ts';
import type { State } from '../../src/pipeline/state-port.ts';

const [path = '', killAt = '', runId = ''] = process.argv.slice(2);
const passed = new Map<string, number>();

/** A point is a name and how often it was passed: `stage: before 1`. */
function reach(name: string): void {
  const times = (passed.get(name) ?? 0) + 1;
  passed.set(name, times);
  if (`${name} ${times}` !== killAt) return;
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
  store: killableStore(ports.store),
  destination: killableDestination(ports.destination),
});

await runBridge(
  await loadConnector(path),
  { runId, local: true, dryRun: false, full: false, reconcile: false, sends: true, allowDeletes: undefined },
  {
    databaseUrl: process.env['DATABASE_URL'],
    cwd: process.cwd(),
    gcsEndpoint: undefined,
    discoveryEngineEndpoint: undefined,
    proxy: { http: undefined, https: undefined, except: undefined },
    retry: { retries: 0, backoffSeconds: 0 },
    log: silentLogger,
    observer,
    secret: (variable) => process.env[variable],
    redact: (text) => text,
    wrapPorts,
  },
  new AbortController().signal,
);
for (const [name, times] of passed) {
  for (let time = 1; time <= times; time++) process.stdout.write(`${name} ${time}\n`);
}
