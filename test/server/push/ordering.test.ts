import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { startBridgeServer } from '../../support/server/bridge-server.ts';
import { parsedObject } from '../../support/files/json.ts';
import { pushHeaders } from '../../support/server/push-server.ts';
import { runHere } from '../../support/processes/run-here.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const CONNECTOR = (name: string) => `
apiVersion: sync.gemini.io/v1alpha1
kind: Connector
metadata: { name: ${name} }
spec:
  mode: rest_push
  source: { type: http, secretRef: ${name}-token, ordering: updated_at }
  mapping: { idField: id, titleField: title, contentTemplate: "{{ text }}" }
  output: { bucket: gs://company-gemini-sync, prefix: ${name}, format: ndjson }
  gemini: { projectId: my-project, location: global, dataStoreId: ${name}-ds }
  reconciliation: { deletePolicy: auto_delete_missing }
`;

const folders = temporaryFolders();
let cwd: string;
let server: Awaited<ReturnType<typeof startBridgeServer>>;

beforeAll(async () => {
  cwd = folders.make();
  mkdirSync(join(cwd, 'connectors'));
  for (const name of ['tickets', 'notes']) {
    writeFileSync(join(cwd, 'connectors', `${name}.yaml`), CONNECTOR(name));
  }
  server = await startBridgeServer({ cwd });
});
afterAll(async () => {
  await server.stop();
  folders.removeAll();
});

async function push(events: object | readonly object[], connector = 'tickets') {
  const init = { method: 'POST', body: JSON.stringify(events), headers: pushHeaders('application/json') };
  const answer = await server.request(`/v1/connectors/${connector}/events`, init);
  return { status: answer.status, ...parsedObject(await answer.text()) };
}

/** What a run without deliveries finds in the queue. */
async function run(connector = 'tickets') {
  const file = `connectors/${connector}.yaml`;
  const { stdout, stderr } = await runHere(['run', '--connector', file, '--dry-run', '--json'], { cwd });
  const result = parsedObject(stdout);
  if (result === undefined) throw new Error(stderr);
  return { result, stderr };
}

const at = (minute: number) => `2026-01-01T10:${String(minute).padStart(2, '0')}:00Z`;
const upsert = (doc_id: string, minute: number) => ({
  op: 'UPSERT',
  doc_id,
  title: `${doc_id} of ${minute}`,
  content: 'text',
  updated_at: at(minute),
});
const remove = (doc_id: string, minute: number) => ({ op: 'DELETE', doc_id, updated_at: at(minute) });

describe('a push to a connector that orders events by updated_at', () => {
  test('does not replace a newer document, nor bring a deleted one back, and says so', async () => {
    expect(await push(upsert('a', 5))).toMatchObject({ status: 202, accepted: 1, unchanged: 0 });
    expect(await push(upsert('a', 0))).toMatchObject({ status: 202, accepted: 0, unchanged: 1 });
    expect(await push(remove('b', 5))).toMatchObject({ status: 202, accepted: 1, unchanged: 0 });
    expect(await push([upsert('b', 0), upsert('c', 1)])).toMatchObject({ accepted: 1, unchanged: 1 });
    const { result } = await run();
    // The delete of a document that is not known changes nothing either.
    expect(result['counts']).toMatchObject({ seen: 5, added: 2, unchanged: 3 });
  });

  test('takes the later arrival of two events of the same time, whatever their offsets', async () => {
    await push({ ...upsert('d', 5), updated_at: '2026-01-01T15:35:00+05:30' });
    expect(await push(remove('d', 5))).toMatchObject({ accepted: 1, unchanged: 0 });
    expect(await push({ ...upsert('d', 5), updated_at: '2026-01-01T10:04:59.999999Z' })).toMatchObject({
      accepted: 0,
      unchanged: 1,
    });
  });

  test('refuses an event without a time by the name of the field, also a delete and own fields', async () => {
    const { updated_at, ...timeless } = upsert('e', 1);
    const own = { op: 'UPSERT', id: 'f', title: 'F', text: 'f' };
    const refused = [timeless, { op: 'DELETE', doc_id: 'e' }, own, { ...own, updated_at: null }];
    expect(await push(refused)).toMatchObject({
      status: 422,
      rejected: 4,
      errors: refused.map(() => ({ code: 'FIELD_MISSING', reason: expect.stringContaining('updated_at') })),
    });
    expect(await push({ ...remove('e', 1), updated_at: 'yesterday' })).toMatchObject({
      errors: [{ code: 'FIELD_INVALID' }],
    });
    expect(await push({ ...own, updated_at })).toMatchObject({ status: 202, accepted: 1 });
  });

  test('ends with the newest event, whatever the order of arrival', async () => {
    const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 2, maxLength: 6 });
    let ids = 0;
    const wanted = new Set<string>();
    const property = fc.asyncProperty(minutes, async (arrivals) => {
      const id = `n${(ids += 1)}`;
      for (const minute of arrivals) await push(upsert(id, minute), 'notes');
      wanted.add(`${id} of ${Math.max(...arrivals)}`);
    });
    await fc.assert(property, { numRuns: 8 });
    const file = 'connectors/notes.yaml';
    const { exitCode } = await runHere(['run', '--connector', file, '--local', '--run-id', 'N'], { cwd });
    expect(exitCode).toBe(0);
    const folder = join(cwd, 'local-bucket', 'connectors', 'notes', 'runs', 'N');
    const lines = readFileSync(join(folder, 'upserts.ndjson'), 'utf8').trim().split('\n');
    expect(new Set(lines.map((line) => String(parsedObject(line)?.['title'])))).toEqual(wanted);
  });
});
