import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { openCatalog } from '../../../src/app/catalog/catalog.ts';
import { compileMapping } from '../../../src/pipeline/mapping/compile-mapping.ts';
import { createPushIntake, type PushIntake } from '../../../src/app/push/intake.ts';
import { loadConnector } from '../../../src/definitions/connector/load.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import { PUSH_BATCH_BYTES_MAX, PUSH_KEYS_MAX } from '../../../src/push/limits.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { CANONICAL_COLUMNS } from '../../../src/pipeline/document/canonical-rows.ts';
import { DocumentRenderer } from '../../../src/pipeline/document/document.ts';
import { RowCursor } from '../../../src/pipeline/document/row-cursor.ts';
import { PushedRows } from '../../../src/sources/push/rows.ts';
import { openPushQueue, type PushQueue } from '../../../src/state/push/queue.ts';
import { text } from '../../support/pipeline/arbitrary.ts';
import { parsedObject } from '../../support/files/json.ts';
import { openQueueReader, pushConnectors, type StoredEvent } from '../../support/server/push-server.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const GONE = '{"op":"DELETE","doc_id":"1"}';

type Event = Readonly<Record<string, unknown>>;

const named = fc.stringMatching(/^[a-zäöü]{1,8}@example\.com$/);
const readers = fc.array(named, { minLength: 1, maxLength: 3 });
const metadata = fc.dictionary(
  text.filter((key) => !['title', 'uri', 'doc_id', 'checksum', 'op', '__proto__'].includes(key)),
  fc.oneof(text, fc.integer(), fc.array(text), fc.dictionary(fc.constantFrom('b', 'a', 'ü'), text)),
);
const time = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date('2100') })
  .map((date) => date.toISOString());
const id = text.filter((one) => one !== '' && !one.startsWith('support-push:'));

const documentEvent = fc.record(
  {
    op: fc.constant('UPSERT'),
    doc_id: fc.oneof(
      id,
      fc.nat().map((number) => `support-push:${number}`),
    ),
    title: text.map((words) => `T${words}`),
    content: text,
    acl_users: readers,
    acl_groups: fc.oneof(readers, fc.constant(null)),
    uri: fc.oneof(text, fc.constant(null)),
    mime_type: fc.constantFrom('text/html', null),
    metadata,
    updated_at: fc.oneof(time, fc.constant(null)),
    checksum: text,
  },
  { requiredKeys: ['op', 'doc_id', 'title', 'content', 'acl_users'] },
);
const fieldsEvent = fc.record({
  op: fc.constant('UPSERT'),
  ticket_id: fc.oneof(id, fc.integer()),
  title: text.map((words) => `T${words}`),
  subject: text,
  body: fc.oneof(text, fc.integer(), fc.constant(null)),
  allowed_users: readers,
  allowed_groups: fc.oneof(readers, fc.constant(null)),
  queue: fc.oneof(text, metadata),
  priority: fc.oneof(fc.integer(), fc.constant(null)),
  other: text,
});
const gone = fc.oneof(
  fc.record({ op: fc.constant('DELETE'), doc_id: id }),
  fc.record({ op: fc.constant('DELETE'), ticket_id: fc.integer() }),
);
const events = fc.array(fc.oneof(documentEvent, fieldsEvent, gone), { minLength: 1, maxLength: 6 });

describe('the intake of pushes', () => {
  const folders = temporaryFolders();
  const cwd = folders.make();
  let queue: PushQueue;
  let reader: Awaited<ReturnType<typeof openQueueReader>>;
  let intake: PushIntake;

  beforeAll(async () => {
    const address = { file: join(cwd, 'state.db') };
    pushConnectors(cwd);
    queue = await openPushQueue(address);
    reader = await openQueueReader(address);
    const catalog = openCatalog({ directory: 'connectors', policyFile: undefined, cwd, clock: systemClock });
    intake = createPushIntake({ catalog, queue, clock: systemClock, log: silentLogger });
  });

  afterAll(async () => {
    await queue.close();
    await reader.close();
    folders.removeAll();
  });

  /** @returns what was stored, and how many events were refused */
  async function pushed(connectorId: string, format: 'json' | 'ndjson', body: string, chunk = 65_536) {
    const bytes = Buffer.from(body);
    const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, part) =>
      bytes.subarray(part * chunk, (part + 1) * chunk),
    );
    const { answer } = await intake.receive({
      connectorId,
      idempotencyKey: randomUUID(),
      pushedBy: 'ticket-system',
      format,
      body: Readable.from(chunks),
    });
    const said = parsedObject(answer) ?? {};
    const runId = said['run_id'];
    const stored = typeof runId === 'string' ? await reader.events(runId) : [];
    return { stored, rejected: Number(said['rejected']), errors: said['errors'] };
  }

  test('stores the same for the same events, whatever form they come in and however they are cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 1, max: 40 }), async (list: readonly Event[], chunk) => {
        const array = await pushed('support-push', 'json', JSON.stringify(list, null, 1), chunk);
        const lines = await pushed(
          'support-push',
          'ndjson',
          list.map((event) => JSON.stringify(event)).join('\n'),
          chunk,
        );
        const single: StoredEvent[] = [];
        for (const event of list)
          single.push(...(await pushed('support-push', 'json', JSON.stringify(event))).stored);
        expect(array).toMatchObject({ rejected: 0, errors: [] });
        expect(array.stored).toHaveLength(list.length);
        expect(lines.stored).toEqual(array.stored);
        expect(single).toEqual(array.stored);
      }),
      { numRuns: 40 },
    );
  });

  test('stores documents that are in their one form, and that a run takes', async () => {
    const { metadata: connector, spec } = await loadConnector(join(cwd, 'connectors', 'support-push.yaml'));
    const renderer = new DocumentRenderer(compileMapping(connector.name, spec), CANONICAL_COLUMNS);
    const cursor = new RowCursor(CANONICAL_COLUMNS.length);
    await fc.assert(
      fc.asyncProperty(events, async (list) => {
        const { stored } = await pushed('support-push', 'json', JSON.stringify(list));
        const upserts = stored.flatMap(({ document }) => (document === null ? [] : [document]));
        const again = upserts.map((document) => `{"op":"UPSERT",${document.slice(1)}`);
        const repeated = await pushed('support-push', 'ndjson', [...again, GONE].join('\n'));
        expect(repeated.stored.map(({ document }) => document)).toEqual([...upserts, null]);
        const rows = stored.flatMap(({ doc_id, document }) =>
          document === null ? [] : [{ docId: doc_id, op: 'UPSERT' as const, document }],
        );
        const batch = new PushedRows().batch(rows);
        rows.forEach(({ docId }, row) => {
          cursor.load(batch, row);
          expect(renderer.ids.of(cursor)).toBe(docId);
          expect(renderer.render(cursor, docId)).toBeUndefined();
        });
      }),
      { numRuns: 60 },
    );
  });

  test('keeps every digit of every number', async () => {
    const digits = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
    const number = fc
      .tuple(digits, fc.constantFrom('', '.0', '.50', '.123456789012345678901234567890', 'e3', 'E-07'))
      .map(([whole, rest]) => `${whole}${rest}`);
    await fc.assert(
      fc.asyncProperty(number, fc.bigInt({ min: 0n }), async (token, key) => {
        const fields = `{"op":"UPSERT","site":"s","id":${key},"title":"T","text":"x","price":${token},"facts":{"b":[${token}],"a":1}}`;
        const canonical = `{"op":"UPSERT","doc_id":"s","title":"T","content":"x","metadata":{ "price" : ${token} }}`;
        const { stored } = await pushed('open-push', 'ndjson', `${fields}\n${canonical}`);
        expect(stored[0]?.doc_id).toBe(`open-push:s:${key}`);
        expect(stored[0]?.document).toContain(`"metadata":{"facts":{"a":1,"b":[${token}]},"price":${token}}`);
        expect(stored[1]?.document).toContain(`"metadata":{"price":${token}}`);
      }),
      { numRuns: 60 },
    );
  });

  test('bounds the keys of an object, and says how many it may have', async () => {
    const body = (count: number) => {
      const facts = Array.from({ length: count }, (_, key) => `"${key}":0`).join();
      return `{"op":"UPSERT","doc_id":"1","title":"T","content":"","metadata":{${facts}}}`;
    };
    await expect(pushed('open-push', 'json', body(PUSH_KEYS_MAX))).resolves.toMatchObject({ rejected: 0 });
    for (const format of ['json', 'ndjson'] as const) {
      await expect(pushed('open-push', format, body(PUSH_KEYS_MAX + 1))).rejects.toMatchObject({
        code: 'BODY_INVALID',
        message: expect.stringContaining(`more than ${PUSH_KEYS_MAX} keys`),
      });
    }
  });

  test('bounds what documents grow to, not only what is sent', async () => {
    const event = (id: number) => ({ op: 'UPSERT', site: 's', id, title: 'T', text: 'x'.repeat(110_000) });
    const body = (count: number) => JSON.stringify(Array.from({ length: count }, (_, id) => event(id)));
    await expect(pushed('open-push', 'json', body(70))).resolves.toMatchObject({ rejected: 0 });
    await expect(pushed('open-push', 'json', body(85))).rejects.toMatchObject({
      code: 'BODY_TOO_LARGE',
      message: expect.stringContaining(String(PUSH_BATCH_BYTES_MAX)),
    });
  });
});
