/**
 * Measures a pass of a knowledge source with the offline embedder, and a second one without changes, beside a bare loop that fetches
 * the same pages and writes the same rows:
 *
 *     npm run bench:knowledge -- --items 100000 --state both
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

const { items, states, nodeFlags } = stageOptions();

const definition = (address: string) => `apiVersion: sync.gemini.io/v1alpha1
kind: KnowledgeSource
metadata: { name: articles }
spec:
  type: rest
  title: Articles
  tenantId: demo
  config:
    baseUrl: ${address}/items
    cursorParam: after
    pageSizeParam: limit
    defaultPageSize: 100
    nextCursorPath: next
    itemsPath: items
    textFields: [title, body]
    allowedRolesOverride: [member]
    requiresAuth: false
`;

const server = await startEmbeddedPostgres();
const folder = await mkdtemp(join(tmpdir(), 'bench-knowledge-'));
const { api, address } = await startItemsApi(items);
try {
  for (const state of states) {
    process.stdout.write(`${items.toLocaleString('en-US')} items, ${state}\n`);
    process.stdout.write(stageTable(await stagesOn(state)));
  }
} finally {
  api.kill();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

async function stagesOn(state: string): Promise<readonly Stage[]> {
  const place = (name: string) =>
    emptyPlace(folder, `${name}_${state}`, state === 'postgres' ? server.url() : undefined);
  const [own, embedding, inserting] = [
    await place('own'),
    await place('embedding'),
    await place('inserting'),
  ];
  await writeFile(join(own.folder, 'articles.yaml'), definition(address));
  await measuredProgram(['kb', 'apply', 'articles.yaml'], own);
  const embed = await measuredLoop('embed', address, embedding);
  const loop = await measuredLoop('embed and insert chunks', address, embedding);
  const insert = await measuredLoop('insert chunks', address, inserting);
  const first = await pass(own, { added: items, known: 0 });
  const mark = await measuredLoop('mark chunks', address, embedding);
  const second = await pass(own, { added: 0, known: items });
  const search = [
    'kb',
    'search',
    '--tenant',
    'demo',
    '--role',
    'member',
    'quarterly travel report',
    '--json',
  ];
  const found = await measuredProgram(search, own);
  return [
    { name: 'first pass', items, usage: first, loop },
    { name: 'loop without embedder', items, usage: insert, loop },
    { name: 'embedder without rows', items, usage: embed, loop },
    { name: 'unchanged pass', items, usage: second, loop: mark },
    { name: 'exact search', items, usage: found, loop: undefined },
  ];
}

async function pass(
  place: Place,
  expected: { readonly added: number; readonly known: number },
): Promise<Usage> {
  const { stdout, ...usage } = await measuredProgram(
    ['kb', 'sync', '--source', 'articles', '--until-done', '--json', '--progress', 'off'],
    { ...place, nodeFlags },
  );
  const { counts } = JSON.parse(stdout) as { counts: { added: number; unchanged: number } };
  if (counts.added !== expected.added || counts.unchanged !== expected.known)
    throw new Error(`The pass did something else: ${JSON.stringify(counts)}.`);
  return usage;
}
