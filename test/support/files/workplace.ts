import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCli, type CliResult } from '../processes/run-cli.ts';
import { runHere } from '../processes/run-here.ts';

/** What a test changes in the connector that `people` otherwise is. */
export interface ConnectorChanges {
  readonly name?: string;
  readonly mode?: string;
  readonly source?: Readonly<Record<string, unknown>>;
  readonly mapping?: Readonly<Record<string, unknown>>;
  readonly output?: Readonly<Record<string, unknown>>;
  readonly gemini?: Readonly<Record<string, unknown>>;
  readonly reconciliation?: Readonly<Record<string, unknown>>;
  readonly quarantine?: Readonly<Record<string, unknown>>;
}

/** The parts of the object that `run --json` prints that tests read. */
export interface RunObject {
  readonly runId: string;
  readonly connector: string | null;
  readonly status: string;
  readonly exitStatus: number;
  readonly work?: string;
  readonly counts: Readonly<Record<string, number | null>>;
  readonly holdReason: string | null;
  readonly artifacts: string | null;
  readonly manifest: string | null;
  readonly samples: Readonly<Record<string, readonly string[]>> | null;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly retryable: boolean;
    readonly next_run_after: string | null;
  };
}

export interface JsonRun {
  readonly exitCode: number | undefined;
  readonly result: RunObject;
  readonly stdout: string;
  readonly stderr: string;
}

/** A working directory with a connector in it, as an engineer has it, and the program run there. */
export interface Workplace {
  readonly cwd: string;
  /** Writes `people.yaml`, or replaces it. */
  writeConnector(changes?: ConnectorChanges): void;
  /** `run --connector people.yaml --local`, or with other flags in its place, and more arguments. */
  run(args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<CliResult>;
  /** The same with `--json`, and the object read. */
  runJson(args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<JsonRun>;
  /** The same in a process of its own, still running. */
  start(args?: readonly string[], env?: Readonly<Record<string, string>>): ReturnType<typeof startCli>;
}

export const CONNECTOR_FILE = 'people.yaml';

/**
 * @param env the environment of every run, above all SECRET_PEOPLE_DB
 * @param runIt runs it to its end: `runCli` in a process of its own, or in this one unless given
 * @param flags of every run
 */
export function workplace(
  cwd: string,
  env: Readonly<Record<string, string>>,
  runIt: typeof runHere = runHere,
  flags: readonly string[] = ['--local'],
): Workplace {
  const command = ['run', '--connector', CONNECTOR_FILE, ...flags];
  const run: Workplace['run'] = (args = [], more = {}) =>
    runIt([...command, ...args], { cwd, env: { ...env, ...more } });
  return {
    cwd,
    writeConnector(changes = {}) {
      // JSON is YAML.
      writeFileSync(join(cwd, CONNECTOR_FILE), JSON.stringify(connectorOf(changes), null, 2));
    },
    run,
    async runJson(args = [], more = {}) {
      const { exitCode, stdout, stderr } = await run(['--json', ...args], more);
      if (stdout === '') throw new Error(`Nothing on stdout, and on stderr:\n${stderr}`);
      return { exitCode, result: JSON.parse(stdout) as RunObject, stdout, stderr };
    },
    start: (args = [], more = {}) => startCli([...command, ...args], { cwd, env: { ...env, ...more } }),
  };
}

/** A connector as `writeConnector` writes it. */
export function connectorOf(changes: ConnectorChanges): unknown {
  const name = changes.name ?? 'people';
  return {
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'Connector',
    metadata: { name },
    spec: {
      mode: changes.mode ?? 'sql_pull',
      source: {
        type: 'postgres',
        secretRef: 'people-db',
        query: 'SELECT id, name, team, updated_at FROM people',
        ...changes.source,
      },
      mapping: {
        idField: 'id',
        titleField: 'name',
        contentTemplate: '{{ name }} works in {{ team }}.',
        metadataFields: ['team'],
        ...changes.mapping,
      },
      output: { bucket: 'file://./bucket', prefix: name, format: 'ndjson', ...changes.output },
      gemini: { projectId: 'my-project', location: 'global', dataStoreId: 'people', ...changes.gemini },
      reconciliation: { deletePolicy: 'auto_delete_missing', ...changes.reconciliation },
      ...(changes.quarantine === undefined ? {} : { quarantine: changes.quarantine }),
    },
  };
}
