import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { propertyOf } from '../../../src/core/thrown.ts';
import { isJsonObject, type JsonObject } from '../files/json.ts';

const run = promisify(execFile);

/** The chart of the repository. */
export const CHART = join(import.meta.dirname, '..', '..', '..', 'helm', 'gemini-sync-bridge');
/** The oldest version that the chart supports, and the newest that the schemas know. */
const KUBERNETES_VERSIONS = ['1.30', '1.37'] as const;

/** The outcome of a command that may fail. */
export interface Outcome {
  readonly ok: boolean;
  /** Stdout and stderr. */
  readonly output: string;
}

export interface Helm {
  /** Renders the chart with values; the output is YAML, or the reason of a failure. */
  template(values: JsonObject): Promise<Outcome>;
  /** Validates resources strictly against the schemas of the oldest and the newest version of Kubernetes. */
  validate(yaml: string): Promise<Outcome>;
}

/** The real helm and the schemas of Kubernetes, installed if they are not yet. */
export async function startHelm(): Promise<Helm> {
  const { stdout } = await run('sh', [join(import.meta.dirname, 'install.sh')]);
  const tools = stdout.trim();
  return {
    template: (values) =>
      // As JSON, because helm reads YAML 1.1, in which `y` is a boolean.
      inFile(JSON.stringify(values), (file) =>
        outcome(join(tools, 'helm'), [
          'template',
          'bridge',
          CHART,
          '--kube-version',
          '1.37.0',
          '--values',
          file,
        ]),
      ),
    validate: (yaml) =>
      inFile(yaml, async (file) => {
        const python = join(tools, 'python');
        const validator = [join(python, 'bin', 'kubernetes-validate'), '--strict', '--quiet', '--no-warn'];
        const outcomes = KUBERNETES_VERSIONS.map((version) =>
          outcome('python3', [...validator, '-k', version, file], { PYTHONPATH: python }),
        );
        const all = await Promise.all(outcomes);
        return { ok: all.every(({ ok }) => ok), output: all.map(({ output }) => output).join('') };
      }),
  };
}

/** The resources of rendered YAML. */
export function resourcesOf(yaml: string): readonly JsonObject[] {
  return [...parseAllDocuments(yaml)].flatMap((document) => {
    const value: unknown = document.toJS();
    return isJsonObject(value) ? [value] : [];
  });
}

async function inFile<Result>(text: string, use: (file: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-helm-'));
  try {
    const file = join(folder, 'file.yaml');
    await writeFile(file, text);
    return await use(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function outcome(
  command: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  try {
    const { stdout } = await run(command, args, { env: { ...process.env, ...variables } });
    return { ok: true, output: stdout };
  } catch (thrown) {
    // What execFile throws has both streams.
    return { ok: false, output: `${textOf(thrown, 'stdout')}${textOf(thrown, 'stderr') || String(thrown)}` };
  }
}

function textOf(thrown: unknown, key: string): string {
  const text = propertyOf(thrown, key);
  return typeof text === 'string' ? text : '';
}
