/**
 * Measures syncs of an app beside a bare loop that fetches the same pages and writes the same rows: a first one, a full one without
 * changes, and an incremental one.
 *
 *     npm run bench:apps -- --items 100000 --state both
 *
 * The API is a process of its own, so its time is in no figure but the wall time. The program is measured with its start.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.ts';
import {
  emptyPlace,
  measuredLoop,
  stageOptions,
  stageTable,
  startItemsApi,
  type Place,
  type Stage,
} from './compared-stages.ts';
import { measuredProgram, type Usage } from '../measure/measured-process.ts';

/** Share of the entities that the incremental sync finds changed. */
const CHANGED = 0.01;

const { items, states, nodeFlags } = stageOptions();

const definition = (address: string) => `apiVersion: sync.gemini.io/v1alpha1
kind: App
metadata: { name: articles }
spec:
  baseUrl: ${address}
  collections:
    - key: article
      path: /items
      recordsPath: items
      updatedField: updated_at
      pagination:
        type: cursor
        cursorField: after
        nextCursorPath: next
        pageSizeField: limit
        pageSize: 100
      incremental:
        parameter: updated_since
        format: iso8601
`;

const server = await startEmbeddedPostgres();
const folder = await mkdtemp(join(tmpdir(), 'bench-apps-'));
try {
  for (const state of states) {
    process.stdout.write(`${items.toLocaleString('en-US')} entities, ${state}\n`);
    process.stdout.write(stageTable(await stagesOn(state)));
  }
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

async function stagesOn(state: string): Promise<readonly Stage[]> {
  const place = (name: string) =>
    emptyPlace(folder, `${name}_${state}`, state === 'postgres' ? server.url() : undefined);
  const [own, bare] = [await place('own'), await place('bare')];
  const { api, address } = await startItemsApi(items);
  try {
    await writeFile(join(own.folder, 'articles.yaml'), definition(address));
    const insert = await measuredLoop('insert entities', address, bare);
    const first = await sync(own, [], { created: items });
    const lookUp = await measuredLoop('look up entities', address, bare);
    const full = await sync(own, ['--full'], { unchanged: items });
    await fetch(`${address}/change?share=${CHANGED}`);
    const changed = Math.ceil(items * CHANGED);
    const change = await measuredLoop('change entities', address, bare);
    const incremental = await sync(own, [], { updated: changed });
    return [
      { name: 'first sync', items, usage: first, loop: insert },
      { name: 'full, unchanged', items, usage: full, loop: lookUp },
      { name: 'incremental, 1 % changed', items: changed, usage: incremental, loop: change },
    ];
  } finally {
    api.kill();
  }
}

async function sync(
  place: Place,
  options: readonly string[],
  expected: Readonly<Record<string, number>>,
): Promise<Usage> {
  const { stdout, ...usage } = await measuredProgram(
    ['sync', '--file', 'articles.yaml', '--json', '--progress', 'off', ...options],
    { ...place, nodeFlags },
  );
  const { counts } = JSON.parse(stdout) as { counts: Readonly<Record<string, number>> };
  for (const [name, count] of Object.entries(expected)) {
    if (counts[name] !== count) throw new Error(`The sync did something else: ${stdout}.`);
  }
  return usage;
}
