import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAKE_PACK = fileURLToPath(new URL('make-pack.cjs', import.meta.url));

interface Command {
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

const QUIET = { LOG_LEVEL: 'error', MAX_RETRIES: '0' };
const RUN = ['--local', '--json', '--progress', 'off'];

/** What the commands of each pack load and call becomes a part of the pack. The names are those in bin/gemini-sync-bridge.cjs. */
const PACKS: Readonly<Record<string, readonly Command[]>> = {
  main: [
    { args: ['--help'], variables: {} },
    { args: ['run', '--help'], variables: {} },
  ],
  validate: [{ args: ['validate', join(ROOT, 'examples'), join(ROOT, 'connectors')], variables: {} }],
  run: [
    { args: ['run', '--connector', 'staff.yaml', ...RUN], variables: QUIET },
    { args: ['run', '--connector', 'staff.yaml', ...RUN], variables: QUIET },
    {
      // Nothing listens there: the driver is loaded and tries to connect.
      args: ['run', '--connector', join(ROOT, 'connectors', 'hr-employees.yaml'), ...RUN],
      variables: { ...QUIET, SECRET_HR_DB_CREDENTIALS: 'postgres://nobody:none@127.0.0.1:1/none' },
    },
  ],
};

/** Makes the packs of the bundles in `dist/bundle/` for this version of Node. */
export async function makePacks(): Promise<void> {
  await Promise.all(
    Object.entries(PACKS).map(async ([name, commands]) => {
      for (const step of ['collect', 'compile']) await makePack(step, name, commands);
    }),
  );
}

async function makePack(step: string, name: string, commands: readonly Command[]): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), 'bundle-'));
  try {
    await writeConnector(cwd);
    // Without NODE_OPTIONS: V8 takes compiled code only with the flags that it was compiled with.
    await run(process.execPath, [MAKE_PACK, step, name, cwd, JSON.stringify(commands)], { cwd, env: {} });
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

/** A connector that needs no server, with a file that no longer changes. */
async function writeConnector(cwd: string): Promise<void> {
  const file = join(cwd, 'exports', 'staff.csv');
  await mkdir(join(cwd, 'exports'));
  await writeFile(file, 'id,name,team\n1,Ada,Engines\n2,Grace,Compilers\n');
  await utimes(file, new Date(0), new Date(0));
  const connector = {
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'Connector',
    metadata: { name: 'staff' },
    spec: {
      mode: 'file_pull',
      source: { type: 'file', path: join(cwd, 'exports'), glob: '**/*.csv', format: 'csv' },
      mapping: { idField: 'id', titleField: 'name', contentTemplate: '{{ team }}' },
      output: { bucket: 'file://./bucket', prefix: 'staff', format: 'ndjson' },
      gemini: { projectId: 'my-project', location: 'global', dataStoreId: 'staff' },
      reconciliation: { deletePolicy: 'auto_delete_missing' },
    },
  };
  // JSON is YAML.
  await writeFile(join(cwd, 'staff.yaml'), JSON.stringify(connector));
}
