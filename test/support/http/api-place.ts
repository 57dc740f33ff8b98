import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jobOf } from '../../../src/app/run/job.ts';
import { loadConnector } from '../../../src/definitions/connector/load.ts';
import { readPresets } from '../../../src/definitions/presets/read-presets.ts';
import { openSource } from '../../../src/sources/index.ts';
import { KnownRecords } from '../pipeline/known-records.ts';
import { OPEN_PERMIT } from '../pipeline/open-permit.ts';
import { planOver } from '../pipeline/planning.ts';
import { runOptions } from '../pipeline/run-options.ts';
import { startCli } from '../processes/run-cli.ts';
import { restSurroundings, secretsOf } from './rest-surroundings.ts';

/** The parts of a connector that depend on its API. */
export interface ApiConnector {
  readonly source: Readonly<Record<string, unknown>>;
  readonly mapping: Readonly<Record<string, unknown>>;
  readonly deletePolicy: string;
}

/** The connector of a preset's own page, with these keys of `source` and `mapping` in place of those that it has. */
export function presetConnector(
  name: string,
  source: Readonly<Record<string, unknown>>,
  mapping: Readonly<Record<string, unknown>> = {},
): ApiConnector {
  const preset = readPresets().find((one) => one.name === name);
  if (preset === undefined) throw new Error(`There is no preset ${name}.`);
  const { example } = preset;
  return {
    source: { preset: name, ...example.source, ...source },
    mapping: { ...example.mapping, ...mapping },
    deletePolicy: example.deletePolicy,
  };
}

/** What the documents of an index have that tests read. */
interface IndexedDocument {
  readonly title: string;
  readonly content: string;
  readonly acl_users?: readonly string[];
  readonly acl_groups?: readonly string[];
}

/** Ids of documents without the name of the connector, sorted. */
interface ApiRun {
  readonly upserted: readonly string[];
  readonly deleted: readonly string[];
  /** Why deletes were held; null if none were. */
  readonly holdReason: string | null;
  readonly counts: Readonly<Record<string, number | null>>;
}

const NAME = 'api';

/**
 * A connector file, which is loaded for each run as the program does, and the state and the index that its runs in this process
 * lead to. Nothing is waited for. Runs as processes have a state of their own.
 */
export class ApiPlace {
  readonly #cwd: string;
  readonly #secrets: Readonly<Record<string, string>>;
  readonly #known = new KnownRecords();
  readonly #index = new Map<string, IndexedDocument>();
  readonly lines: string[] = [];

  /** @param secrets by the refs of the connector */
  constructor(
    cwd: string,
    { source, mapping, deletePolicy }: ApiConnector,
    secrets: Readonly<Record<string, string>>,
  ) {
    this.#cwd = cwd;
    this.#secrets = secrets;
    const connector = {
      apiVersion: 'sync.gemini.io/v1alpha1',
      kind: 'Connector',
      metadata: { name: NAME },
      spec: {
        mode: 'rest_pull',
        source: { type: 'http', ...source },
        mapping,
        output: { bucket: 'gs://company-sync', prefix: NAME, format: 'ndjson' },
        gemini: { projectId: 'my-project', location: 'global', dataStoreId: 'api-ds' },
        reconciliation: { deletePolicy },
      },
    };
    // JSON is YAML.
    writeFileSync(this.#file, JSON.stringify(connector, null, 2));
  }

  /** Runs the connector, and commits what it plans. @throws BridgeError of a failed run, which changes nothing */
  async run(now: Date): Promise<ApiRun> {
    const connector = await loadConnector(this.#file);
    const job = jobOf(connector, runOptions());
    const { surroundings, lines } = restSurroundings();
    const source = await openSource(connector.spec, secretsOf(this.#secrets), {
      ...surroundings,
      clock: { ...surroundings.clock, now: () => now },
      permit: OPEN_PERMIT,
      oracleClientLibDir: undefined,
      pushed: () => {
        throw new Error('The test pushes nothing.');
      },
    });
    try {
      const { found, watermark, columns, tally, holdReason } = await planOver(source, this.#known, job);
      this.#known.apply(found.staged);
      this.#known.mappingVersion = job.mapping.version;
      this.#known.checkpoint = watermark ?? undefined;
      this.#known.columns = columns;
      const upserted = found.upserts.map((line) => JSON.parse(line) as { doc_id: string } & IndexedDocument);
      for (const document of upserted) this.#index.set(document.doc_id, document);
      for (const docId of found.deletes) this.#index.delete(docId);
      return {
        upserted: upserted.map(({ doc_id: docId }) => keyOf(docId)).sort(),
        deleted: found.deletes.map(keyOf).sort(),
        holdReason,
        counts: { ...tally.counts() },
      };
    } finally {
      this.lines.push(...lines);
      await source.close();
    }
  }

  /** Titles of the documents in the index, by their ids. */
  get titles(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#index].map(([docId, { title }]) => [keyOf(docId), title]));
  }

  document(id: string): IndexedDocument | undefined {
    return this.#index.get(`${NAME}:${id}`);
  }

  /** Starts a run in a process of its own. */
  start(): ReturnType<typeof startCli> {
    const env = Object.entries(this.#secrets).map(([ref, value]) => {
      return [`SECRET_${ref.toUpperCase().replaceAll('-', '_')}`, value] as const;
    });
    return startCli(['run', '--connector', this.#file, '--local', '--json'], {
      cwd: this.#cwd,
      env: Object.fromEntries(env),
    });
  }

  get #file(): string {
    return join(this.#cwd, 'api.yaml');
  }
}

function keyOf(docId: string): string {
  return docId.slice(NAME.length + 1);
}
