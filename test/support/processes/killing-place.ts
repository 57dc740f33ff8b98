import { execFile, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Libsql from 'libsql';
import { runBridge, type BridgeResult } from '../../../src/app/run/bridge.ts';
import { openArtifactStore } from '../../../src/artifacts/index.ts';
import { loadConnector } from '../../../src/definitions/connector/load.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { STATE_FILE } from '../../../src/state/run/open-state.ts';
import { apiDocumentId } from '../../../src/gemini/delivery/document-id.ts';
import type { Call } from '../../stand-ins/gcs/exchange.ts';
import type { ReceivedRequest } from '../../stand-ins/discovery-engine/faults.ts';
import type { DiscoveryEngineOptions } from '../../stand-ins/discovery-engine/options.ts';
import { startGoogleStandIn, type GoogleStandIn } from '../../stand-ins/google.ts';
import { ALWAYS_HELD } from '../pipeline/always-held.ts';
import { startedByNode } from './built.ts';
import { eventually } from '../eventually.ts';
import { parsedObject, textAt } from '../files/json.ts';
import { isStopped } from './processes.ts';
import { PROGRAM_ENV, programArguments } from './run-cli.ts';
import { skewedClock } from './skewed-clock.ts';
import { CONNECTOR_FILE, workplace, type ConnectorChanges } from '../files/workplace.ts';
import { NO_MANAGED_SECRETS } from '../secrets/no-managed-secrets.ts';

const KILLABLE = startedByNode('killable-run.ts');
const STATEMENT_POINTS = fileURLToPath(new URL('statement-points.cjs', import.meta.url));
/** What the name of a moment begins with that is a statement's. */
const STATEMENT = 'statement ';
const BUCKET = 'company-sync';
const FOLDER = 'connectors/people';
const PUSHED = {
  mode: 'rest_push',
  source: { type: 'http', query: undefined, secretRef: 'people-token' },
} satisfies ConnectorChanges;
/** Long enough for a slow machine to renew the lease in time, and short enough to wait until it expires. */
export const SUSPENDED_LEASE_MS = 2_000;
/** Between two attempts to suspend a process that writes to its state. */
const LOCK_MS = 5;
const DATA_STORE = { project: 'my-project', location: 'global', id: 'people' };

type Happened = 'received' | 'carried out';

export interface PlaceOptions {
  readonly cwd: string;
  /** The URL of the state; embedded below `cwd` unless given. */
  readonly databaseUrl: string | undefined;
  /** The URL of the database with the tables of people; undefined: the connector receives pushes. */
  readonly sourceUrl: string | undefined;
  readonly engine: Pick<DiscoveryEngineOptions, 'pollsUntilDone' | 'permissions' | 'rejectDocument'>;
  /** Where artifacts go if not to a bucket of Cloud Storage. */
  readonly output?: string;
  readonly mapping?: ConnectorChanges['mapping'];
}

/** A run of the connector `people`, or of another one into the same data store. */
interface PlacedRun {
  readonly connector?: string;
  readonly runId: string;
  /** The query of a connector that pulls. */
  readonly query?: string;
  /** Every document is sent, also those that did not change. */
  readonly resend?: boolean;
  readonly reconciliation?: ConnectorChanges['reconciliation'];
  readonly mapping?: ConnectorChanges['mapping'];
}

/** A run in a process of its own. */
interface OwnProcess extends PlacedRun {
  /** Retires the connector, which has this number of documents. */
  readonly retires?: number;
  /** How far its clock is ahead of the clock of this process, in seconds; a negative number means slow. */
  readonly clockAhead?: number;
  /**
   * Its moments are also those of `statement-points.cjs`: before and after each statement that writes to the state, such as
   * `statement insert record_loads: after 1`.
   */
  readonly statements?: true;
  /** It is the program as users start it. It has only the moments of its requests, and waits as long as users wait. */
  readonly program?: true;
}

/** The parts of a document that a search returns. */
interface FoundDocument {
  readonly title: string;
  readonly content: string;
}

interface EndOfProcess {
  readonly status: number | null;
  readonly stderr: string;
}

/** A connector, a state, and a Google on this machine, in which runs can be killed at any moment. */
export interface KillingPlace {
  readonly google: GoogleStandIn;
  /** From now on these documents must always exist. */
  mustStay(docIds: Iterable<string>): void;
  /** Those of them that were missing when a request arrived or had taken effect. */
  readonly missed: ReadonlySet<string>;
  /** Runs in this process, to the end. */
  run(run: PlacedRun): Promise<BridgeResult>;
  /**
   * Runs in a process of its own, to the end, and returns the moments at which it can be killed, such as
   * `engine: POST documents:import carried out 1`, `bucket: GET upserts.ndjson received 1`, `commit: after 1`.
   */
  moments(run: OwnProcess): Promise<string[]>;
  /** Runs in a process of its own, which is killed at a moment. */
  kill(run: OwnProcess, moment: string): Promise<void>;
  /** Runs in a process of its own, to the end. */
  finish(run: OwnProcess): Promise<EndOfProcess>;
  /**
   * Runs in a process of its own, whose request at a moment is not answered before `meanwhile` is done; then it goes on to its
   * end. It is alive all the time.
   */
  hold(run: OwnProcess, moment: string, meanwhile: () => Promise<void>): Promise<EndOfProcess>;
  /**
   * Runs in a process of its own, which is suspended at a moment; when `meanwhile` is done, it goes on to its end.
   * @returns its exit status, what it wrote to stderr, and the requests that it made after that, but for those that only read
   */
  suspend(
    run: PlacedRun,
    moment: string,
    meanwhile: () => Promise<void>,
  ): Promise<{
    readonly status: number | null;
    readonly stderr: string;
    readonly requests: readonly string[];
  }>;
  /** What is in the data store, by canonical id. */
  documents(): Map<string, FoundDocument>;
  /** The canonical id and the title of each document in the data store, sorted. */
  titles(): string[];
  /** Deletes a document in the data store, as an operator may by hand. */
  lose(docId: string): Promise<void>;
  /** Deletes the manifest of a run. */
  loseManifest(runId: string): Promise<void>;
  /** The ids of the runs that have artifacts, and the run of the latest manifest. */
  artifacts(): Promise<{ readonly runs: ReadonlySet<string>; readonly latest: unknown }>;
  close(): Promise<void>;
}

export async function openKillingPlace(options: PlaceOptions): Promise<KillingPlace> {
  const { cwd, databaseUrl, sourceUrl, output = `gs://${BUCKET}`, mapping = {} } = options;
  let child: RunningChild | undefined;
  let stay: ReadonlySet<string> = new Set();
  const missed = new Set<string>();
  const google = await startGoogleStandIn({
    ...options.engine,
    buckets: [BUCKET],
    dataStores: [{ ...DATA_STORE, aclEnabled: false, contentConfig: 'CONTENT_REQUIRED' }],
    watchGcs: async (call, happened) => child?.passed(`bucket: ${gcsRequest(call)}`, call.method, happened),
    watch: async (request, happened) => {
      const found = documents();
      for (const docId of stay) if (!found.has(docId)) missed.add(docId);
      await child?.passed(`engine: ${engineRequest(request)}`, request.method, happened);
    },
  });
  const place = workplace(cwd, {});
  const file = join(cwd, CONNECTOR_FILE);
  const prepare = ({ connector = 'people', query, reconciliation, mapping: ofRun = mapping }: PlacedRun) => {
    place.writeConnector({
      name: connector,
      ...(sourceUrl === undefined ? PUSHED : { source: { query } }),
      output: { bucket: output },
      mapping: ofRun,
      ...(reconciliation !== undefined && { reconciliation }),
    });
  };
  const outside = {
    cwd,
    gcsEndpoint: { url: google.env.GCS_ENDPOINT, loopback: true },
    retry: { retries: 0, backoffSeconds: 0 },
  };
  const store = () => openArtifactStore(output, { ...outside, leases: ALWAYS_HELD });
  const documents = () => {
    const found = [...google.engine.documents(DATA_STORE).values()].map(
      ({ data = {}, document }) =>
        [
          textAt(data, 'doc_id') ?? '',
          { title: textAt(data, 'title') ?? '', content: contentOf(document) },
        ] as const,
    );
    return new Map(found);
  };
  const start = (run: OwnProcess, killAt: string | undefined, end: End = 'SIGKILL') => {
    prepare(run);
    const env = {
      ...google.env,
      ...(run.program && PROGRAM_ENV),
      PATH: process.env['PATH'] ?? '',
      ...(run.clockAhead !== undefined && skewedClock(run.clockAhead)),
      ...(run.statements && {
        NODE_OPTIONS: `--require=${STATEMENT_POINTS}`,
        STATEMENT_POINT: killAt?.startsWith(STATEMENT) === true ? killAt.slice(STATEMENT.length) : '',
      }),
      ...(sourceUrl !== undefined && { SECRET_PEOPLE_DB: sourceUrl }),
      ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    };
    const args = run.program
      ? programArguments(['run', '--connector', file, '--run-id', run.runId])
      : [...KILLABLE, file, killAt ?? 'list', run.runId];
    if (run.retires !== undefined) args.push(`retire=${run.retires}`);
    if (run.resend === true) args.push(run.program ? '--resend' : 'resend');
    if (end === 'SIGSTOP') args.push(String(SUSPENDED_LEASE_MS));
    const stateFile = databaseUrl === undefined ? join(cwd, STATE_FILE) : undefined;
    const started = new RunningChild(args, { cwd, env, stateFile }, killAt, end);
    child = started;
    void started.ended.then(() => {
      child = undefined;
    });
    return started;
  };
  return {
    google,
    missed,
    mustStay(docIds) {
      stay = new Set(docIds);
    },
    async run(run) {
      prepare(run);
      return runBridge(
        await loadConnector(file),
        {
          runId: run.runId,
          local: false,
          dryRun: false,
          full: run.resend === true,
          resend: run.resend === true,
          reconcile: false,
          sends: true,
          allowDeletes: undefined,
        },
        {
          ...outside,
          databaseUrl,
          discoveryEngineEndpoint: { url: google.env.DISCOVERY_ENGINE_ENDPOINT, loopback: true },
          log: silentLogger,
          observer: { phase: () => undefined, rows: () => undefined },
          secret: () => sourceUrl,
          similarSecret: () => undefined,
          ...NO_MANAGED_SECRETS,
          redact: (text) => text,
          proxy: { http: undefined, https: undefined, except: undefined },
          policyFile: undefined,
          oracleClientLibDir: undefined,
          wait: () => Promise.resolve(),
        },
        new AbortController().signal,
      );
    },
    async moments(run) {
      const { signal, stderr, passed } = await start(run, undefined).ended;
      if (signal !== null || stderr !== '') throw new Error(`The undisturbed run failed: ${stderr}`);
      return passed;
    },
    async kill(run, moment) {
      const { signal, stderr } = await start(run, moment).ended;
      if (signal !== 'SIGKILL') throw new Error(`The run never came to “${moment}”. ${stderr}`);
    },
    async finish(run) {
      const { status, stderr } = await start(run, undefined).ended;
      return { status, stderr };
    },
    async hold(run, moment, meanwhile) {
      const started = start(run, moment, 'hold');
      try {
        await started.atMoment;
        child = undefined;
        await meanwhile();
      } catch (thrown) {
        started.kill();
        throw thrown;
      }
      started.goOn();
      const { status, stderr } = await started.ended;
      return { status, stderr };
    },
    async suspend(run, moment, meanwhile) {
      const started = start(run, moment, 'SIGSTOP');
      const { engine, gcs } = google;
      try {
        await started.atMoment;
        // Requests of other runs meanwhile are not moments of this one.
        child = undefined;
        await meanwhile();
      } catch (thrown) {
        started.kill();
        throw thrown;
      }
      const before = { engine: engine.requests.length, gcs: gcs.requests.length };
      started.goOn();
      const { status, stderr } = await started.ended;
      const requests = [
        ...engine.requests.slice(before.engine).map(({ method, path }) => `${method} ${path}`),
        ...gcs.requests.slice(before.gcs).map(({ method, url }) => `${method} ${url}`),
      ];
      return { status, stderr, requests: requests.filter((request) => !request.startsWith('GET ')) };
    },
    documents,
    titles: () => [...documents()].map(([docId, { title }]) => `${docId} ${title}`).sort(),
    async lose(docId) {
      const store = `projects/${DATA_STORE.project}/locations/${DATA_STORE.location}/collections/default_collection/dataStores/${DATA_STORE.id}`;
      const name = `${store}/branches/default_branch/documents/${apiDocumentId(docId)}`;
      await fetch(`${google.env.DISCOVERY_ENGINE_ENDPOINT}/v1/${name}`, { method: 'DELETE' });
    },
    async loseManifest(runId) {
      await (await store()).remove(`${FOLDER}/runs/${runId}/manifest.json`);
    },
    async artifacts() {
      const artifacts = await store();
      const names = await artifacts.list(`${FOLDER}/runs`);
      const chunks: Uint8Array[] = [];
      for await (const chunk of await artifacts.open(`${FOLDER}/latest/manifest.json`)) chunks.push(chunk);
      return {
        runs: new Set(names.map((name) => name.split('/')[3] ?? '')),
        latest: parsedObject(Buffer.concat(chunks).toString())?.['runId'],
      };
    },
    close: () => google.close(),
  };
}

/** What happens to a process at its moment; with `hold`, its request is not answered until the process may continue. */
type End = 'SIGKILL' | 'SIGSTOP' | 'hold';

/** A run in a process of its own, and the moments of it that are visible from outside. */
class RunningChild {
  readonly ended: Promise<{
    signal: string | null;
    status: number | null;
    stderr: string;
    passed: string[];
  }>;
  #process: ChildProcess | undefined;
  readonly #killAt: string | undefined;
  readonly #end: End;
  #held: (() => void) | undefined;
  readonly #requests = new Set<string>();
  readonly #stateFile: string | undefined;
  #suspending = false;

  constructor(
    args: readonly string[],
    options: {
      readonly cwd: string;
      readonly env: Record<string, string>;
      /** The embedded state; undefined for Postgres. */
      readonly stateFile: string | undefined;
    },
    killAt: string | undefined,
    end: End,
  ) {
    this.#killAt = killAt;
    this.#end = end;
    this.#stateFile = options.stateFile;
    this.ended = new Promise((resolve) => {
      this.#process = execFile(process.execPath, args, options, (_error, stdout, stderr) => {
        const passed = [...this.#requests, ...distinct(stdout)];
        const { signalCode: signal = null, exitCode: status = null } = this.#process ?? {};
        resolve({ signal, status, stderr, passed });
      });
    });
  }

  /** Resolves when it is stopped or held; rejects if it ends before. */
  get atMoment(): Promise<void> {
    const early = this.ended.then(({ stderr }) => {
      throw new Error(`The run never came to “${this.#killAt}”. ${stderr}`);
    });
    const stopped = async () =>
      this.#held !== undefined || (!this.#suspending && (await isStopped(this.#process?.pid)));
    return Promise.race([early, eventually('it is at its moment', stopped)]);
  }

  goOn(): void {
    this.#held?.();
    this.#process?.kill('SIGCONT');
  }

  kill(): void {
    this.#process?.kill('SIGKILL');
  }

  /**
   * Suspends the process. Its heartbeat may be writing to SQLite at that instruction, and nobody else could write until it resumes, so
   * then it is suspended a moment later. It waits for the answer to its request all the time.
   */
  async #suspend(): Promise<void> {
    this.#suspending = true;
    for (;;) {
      this.#process?.kill('SIGSTOP');
      await eventually('it is stopped', () => isStopped(this.#process?.pid));
      if (this.#stateFile === undefined || !isLocked(this.#stateFile)) break;
      this.#process?.kill('SIGCONT');
      await sleep(LOCK_MS);
    }
    this.#suspending = false;
  }

  /** The process has reached a moment of a request. Rejects once it is killed there. */
  async passed(request: string, method: string, happened: Happened): Promise<void> {
    // A read has no effect after which a run could be killed.
    if (method === 'GET' && happened === 'carried out') return;
    const name = `${request} ${happened}`;
    let times = 1;
    while (this.#requests.has(`${name} ${times}`)) times++;
    this.#requests.add(`${name} ${times}`);
    if (`${name} ${times}` !== this.#killAt) return;
    if (this.#end === 'hold') {
      await new Promise<void>((resolve) => {
        this.#held = resolve;
      });
      return;
    }
    if (this.#end === 'SIGSTOP') {
      await this.#suspend();
      // Requests from before the suspension are still answered.
      return;
    }
    this.#process?.kill(this.#end);
    await this.ended;
    throw new Error('Who asked is dead.');
  }
}

/** Whether a process has the write lock of an embedded state. */
function isLocked(file: string): boolean {
  const database = new Libsql(file);
  try {
    database.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch {
    return true;
  } finally {
    database.close();
  }
}

/** The state before a write equals the state after the previous write, and the same is true where a phase begins. */
function distinct(stdout: string): string[] {
  return stdout
    .split('\n')
    .filter(
      (point) => point.includes(': after ') || point === 'begin: before 1' || point.startsWith(STATEMENT),
    );
}

function engineRequest({ method, path }: ReceivedRequest): string {
  const last = path.split('/').at(-1) ?? '';
  if (method === 'DELETE') return 'DELETE document';
  return `${method} ${last.replace(/-\d+$/, '')}`;
}

function gcsRequest({ method, path, query, headers }: Call): string {
  const named = query.get('name') ?? query.get('prefix') ?? decodeURIComponent(path.split('/o/')[1] ?? '');
  const parts = named.split('/').slice(2);
  const [of = '', , ...inRun] = parts;
  // An attempt's folder ends with a random part.
  const inFolder = inRun.join('/').replace(/-[0-9a-f]{12}(?=\/)/, '');
  const name = of === 'runs' ? inFolder || 'folder of the run' : parts.join('/');
  const range = headers['content-range'];
  const part = range === undefined ? '' : range.endsWith('/*') ? ' chunk' : ' end';
  const content = query.get('alt') === 'media' ? ' content' : '';
  return `${method} ${name}${part}${content}`;
}

function contentOf(document: Readonly<Record<string, unknown>> | undefined): string {
  const content = document?.['content'];
  if (typeof content !== 'object' || content === null || !('rawBytes' in content)) return '';
  return Buffer.from(String(content.rawBytes), 'base64').toString();
}
