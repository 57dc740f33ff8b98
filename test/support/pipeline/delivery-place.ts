import { fileStore } from '../../../src/artifacts/file/store.ts';
import { gcsStore } from '../../../src/artifacts/gcs/store.ts';
import { createLogger, jsonFormat } from '../../../src/core/log.ts';
import type { Wait } from '../../../src/core/retry.ts';
import { openApi, type Api } from '../../../src/gemini/api/api.ts';
import type { StoreNeeds } from '../../../src/gemini/api/data-store.ts';
import { discoveryDestination } from '../../../src/gemini/delivery/delivery.ts';
import { apiDocumentId } from '../../../src/gemini/delivery/document-id.ts';
import type {
  DeliveryJournal,
  DeliveryStep,
  Receipt,
  RejectedDocument,
} from '../../../src/pipeline/ports/delivery-port.ts';
import { createPartWriter } from '../../../src/pipeline/artifact/part-writer.ts';
import type {
  ArtifactKind,
  ArtifactStore,
  Manifest,
  ManifestFile,
} from '../../../src/pipeline/ports/ports.ts';
import { HeldLeases } from '../../../src/pipeline/held-leases.ts';
import type { State } from '../../../src/pipeline/ports/state-port.ts';
import { openState } from '../../../src/state/run/open-state.ts';
import type { DataStoreSetup, DiscoveryEngineOptions } from '../../stand-ins/discovery-engine/options.ts';
import { startGoogleStandIn, type GoogleStandIn } from '../../stand-ins/google.ts';
import { ALWAYS_HELD } from './always-held.ts';
import { temporaryFolders } from '../files/temporary-folder.ts';
import { runCounts } from './run-counts.ts';

export const BUCKET = 'company-sync';
export const DATA_STORE: DataStoreSetup = {
  project: 'my-project',
  location: 'eu',
  id: 'hr',
  aclEnabled: false,
  contentConfig: 'NO_CONTENT',
};
/** As it is in requests, and with the project's number as it is in Google's answers. */
export const BRANCH = branchName(DATA_STORE.project);
export const NUMBERED_BRANCH = branchName('123456789012').replace('default_branch', '0');
const OWNER = { host: 'here', pid: process.pid };
const TARGET = 'projects/my-project/locations/eu/dataStores/hr';
const MOMENT = '2026-01-02T03:04:05.678Z';
const NOTHING_COUNTED = runCounts();

export interface PlaceOptions extends Partial<Omit<DiscoveryEngineOptions, 'storage'>> {
  /** Artifacts go to files that Google cannot read. */
  readonly inline?: boolean;
  readonly needs?: Partial<StoreNeeds>;
  /** False: requests to Discovery Engine need credentials, as if it were not on this machine. */
  readonly anonymous?: boolean;
  /** The retries of each request to Discovery Engine. */
  readonly retries?: number;
}

export interface Changes {
  readonly upserts?: readonly string[];
  readonly deletes?: readonly string[];
  readonly reconciliation?: 'full';
  /** The text of a document; the same for all. */
  readonly content?: string;
  /** The size of one part of an artifact, in bytes: a small number puts each line into a part of its own. */
  readonly partBytes?: number;
}

/** `hr:1`, `hr:2` … */
export function docIds(count: number, first = 1): string[] {
  return Array.from({ length: count }, (_, index) => `hr:${first + index}`);
}

/** What a delivery needs, with both of Google's services as stand-ins, the state in SQLite, and waits that take no time. */
export class DeliveryPlace {
  readonly google: GoogleStandIn;
  readonly state: State;
  readonly store: ArtifactStore;
  readonly target = TARGET;
  /** Lines of the log. */
  readonly lines: string[] = [];
  /** Milliseconds of each wait that there would have been. */
  readonly waits: number[] = [];
  /** Happens in place of each wait. */
  onWait: (ms: number) => Promise<void> | void = () => undefined;
  readonly #options: PlaceOptions;
  readonly #folders = temporaryFolders();
  /** That of the connector, and the turns of the deliveries. */
  readonly leases: HeldLeases;
  #api: Promise<Api> | undefined;

  static async open(options: PlaceOptions = {}): Promise<DeliveryPlace> {
    const google = await startGoogleStandIn({ dataStores: [DATA_STORE], ...options, buckets: [BUCKET] });
    const leases = new HeldLeases();
    // That of the connector, in whose run the deliveries would be.
    leases.hold({ ...ALWAYS_HELD, isFresh: () => true, release: () => Promise.resolve() });
    const state = await openState({
      file: ':memory:',
      readOnly: false,
      leases,
      leaseTiming: { leaseMs: 60_000, heartbeatMs: 5 },
    });
    return new DeliveryPlace(options, google, state, leases);
  }

  private constructor(options: PlaceOptions, google: GoogleStandIn, state: State, leases: HeldLeases) {
    this.leases = leases;
    this.#options = options;
    this.google = google;
    this.state = state;
    this.store =
      options.inline === true
        ? fileStore(this.#folders.make(), '/', ALWAYS_HELD)
        : gcsStore(`gs://${BUCKET}`, {
            gcsEndpoint: { url: google.gcs.url, loopback: true },
            retry: { retries: 0, backoffSeconds: 0 },
            leases: ALWAYS_HELD,
          });
  }

  readonly log = createLogger({
    write: (line) => this.lines.push(line),
    level: 'debug',
    format: jsonFormat,
    now: () => new Date(),
    redact: (line) => line,
  });

  readonly wait: Wait = async (ms, signal) => {
    signal.throwIfAborted();
    this.waits.push(ms);
    await this.onWait(ms);
    signal.throwIfAborted();
  };

  /** One for all deliveries, as in a run. */
  api(): Promise<Api> {
    this.#api ??= openApi({
      location: DATA_STORE.location,
      projectId: DATA_STORE.project,
      endpoint: { url: this.google.engine.url, loopback: this.#options.anonymous ?? true },
      retry: { retries: this.#options.retries ?? 1, backoffSeconds: 0 },
      leases: this.leases,
      log: this.log,
      wait: this.wait,
    });
    return this.#api;
  }

  /** Writes the artifacts of a run, and puts it into the state as published. */
  async publish(runId: string, changes: Changes): Promise<Manifest> {
    const { upserts = [], deletes = [], content = 'text', partBytes = 1_000_000 } = changes;
    const write = (kind: ArtifactKind, lines: readonly string[], bytesMax = 1_000_000) =>
      writeLines(this.store, { folder: `connectors/hr/runs/${runId}`, kind, bytesMax }, lines);
    const files = [
      ...(await write(
        'upserts',
        upserts.map((docId) => canonical(docId, content)),
      )),
      ...(await write(
        'upserts.discovery',
        upserts.map((docId) => record(docId, content)),
        partBytes,
      )),
      ...(await write(
        'deletes',
        deletes.map((docId) => JSON.stringify({ doc_id: docId, op: 'DELETE' })),
      )),
      ...(await write('deletes.discovery', deletes.map(apiDocumentId), partBytes)),
    ];
    await this.begin(runId);
    return {
      version: 1,
      runId,
      connector: 'hr',
      target: TARGET,
      startedAt: MOMENT,
      publishedAt: MOMENT,
      watermark: null,
      counts: NOTHING_COUNTED,
      ...(changes.reconciliation && { reconciliation: changes.reconciliation }),
      files,
    };
  }

  /** A published run without artifacts. */
  async begin(runId: string): Promise<void> {
    await this.state.position('hr', TARGET);
    await this.state.beginRun({ runId, connectorId: 'hr', target: TARGET, startedAt: new Date(MOMENT) });
    await this.state.published(runId, {
      manifestName: `connectors/hr/runs/${runId}/manifest.json`,
      counts: NOTHING_COUNTED,
      watermark: null,
      startedFrom: null,
      mappingVersion: '1',
      columns: [],
      holdReason: null,
    });
  }

  journal(runId = 'R1'): DeliveryJournal {
    return this.state.journal(runId, TARGET, OWNER);
  }

  async deliver(
    manifest: Manifest,
    {
      store = this.store,
      signal = new AbortController().signal,
    }: { store?: ArtifactStore; signal?: AbortSignal } = {},
  ): Promise<Receipt> {
    const { needs, inline = false } = this.#options;
    const { project, location, id } = DATA_STORE;
    const destination = discoveryDestination({
      api: await this.api(),
      dataStore: { projectId: project, location, dataStoreId: id },
      needs: { acl: 'off', contentConfig: 'NO_CONTENT', ...needs },
      inline,
      log: this.log,
      wait: this.wait,
    });
    return destination.deliver(manifest, store, this.journal(manifest.runId), signal);
  }

  /** Publishes and delivers. */
  async run(runId: string, changes: Changes): Promise<Receipt> {
    return this.deliver(await this.publish(runId, changes));
  }

  async steps(runId = 'R1'): Promise<Pick<DeliveryStep, 'name' | 'state'>[]> {
    return (await this.journal(runId).steps()).map(({ name, state }) => ({ name, state }));
  }

  rejections(runId = 'R1'): Promise<RejectedDocument[]> {
    return this.state.rejections(runId, 10_000);
  }

  /** Ids that Google has, sorted. */
  indexed(): string[] {
    return [...this.google.engine.documents(DATA_STORE).keys()].sort();
  }

  /** Requests that contain this in `METHOD path`, as the bodies that they had. */
  bodies(of: string): unknown[] {
    return this.requests(of).map(({ body }) => body);
  }

  requests(of: string) {
    return this.google.engine.requests.filter(({ method, path }) => `${method} ${path}`.includes(of));
  }

  async close(): Promise<void> {
    await this.state.close();
    await this.google.close();
    this.#folders.removeAll();
  }
}

async function writeLines(
  store: ArtifactStore,
  options: Parameters<typeof createPartWriter>[1],
  lines: readonly string[],
): Promise<ManifestFile[]> {
  const writer = createPartWriter(store, options);
  for (const line of lines) await writer.text(line);
  return writer.finish();
}

function canonical(docId: string, content: string): string {
  return JSON.stringify({ content, doc_id: docId, title: docId, op: 'UPSERT' });
}

function record(docId: string, content: string): string {
  return JSON.stringify({
    id: apiDocumentId(docId),
    jsonData: JSON.stringify({ doc_id: docId, title: docId, content }),
  });
}

function branchName(project: string): string {
  return `projects/${project}/locations/eu/collections/default_collection/dataStores/hr/branches/default_branch`;
}
