import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../../../src/core/time/clock.ts';
import { silentLogger, type Logger } from '../../../src/core/log.ts';
import { PUSH_KEY_HOURS } from '../../../src/app/limits.ts';
import { PUSH_ERRORS_NAMED_MAX, PUSH_EVENTS_MAX } from '../../../src/core/limits.ts';
import {
  PUSH_DEPTH_MAX,
  PUSH_EVENT_BYTES_MAX,
  PUSH_FIELD_BYTES_MAX,
  PUSH_LINES_MAX,
  PUSH_JSON_BODY_BYTES_MAX,
} from '../../../src/push/limits.ts';
import { startBridgeServer } from '../../support/server/bridge-server.ts';
import { listAt, objectAt, parsedObject } from '../../support/files/json.ts';
import { STATE_FILE } from '../../../src/state/run/open-state.ts';
import {
  expireKeys,
  openQueueReader,
  pushConnectors,
  pushHeaders,
} from '../../support/server/push-server.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const JSON_TYPE = 'application/json';
const LINES_TYPE = 'application/x-ndjson';
const DELETE = { op: 'DELETE', doc_id: '1' };
const UPSERT = { op: 'UPSERT', doc_id: '1', title: 'One', content: 'Text', acl_users: ['a@example.com'] };

describe('the push route', () => {
  const folders = temporaryFolders();
  let server: Awaited<ReturnType<typeof startBridgeServer>>;
  let queue: Awaited<ReturnType<typeof openQueueReader>>;
  let aheadMs = 0;
  /** The lines of the server's log. */
  const errors: unknown[] = [];
  const log: Logger = {
    ...silentLogger,
    error: (message, fields) => errors.push({ message, ...fields }),
    child: () => log,
  };
  const clock: Clock = {
    now: () => new Date(Date.now() + aheadMs),
    elapsedMs: () => performance.now() + aheadMs,
  };

  beforeAll(async () => {
    const cwd = folders.make();
    pushConnectors(cwd);
    server = await startBridgeServer({ cwd, clock, log });
    queue = await openQueueReader({ file: join(cwd, '.gemini-sync-bridge', 'state.db') });
  });

  afterAll(async () => {
    await queue.close();
    await server.stop();
    folders.removeAll();
  });

  async function post(
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string>,
    connector = 'support-push',
  ) {
    const init = { method: 'POST', body, headers };
    const answer = await server.request(`/v1/connectors/${connector}/events`, init);
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: parsedObject(text) ?? {} };
  }

  const push = (value: unknown, connector?: string, key?: string) =>
    post(JSON.stringify(value), pushHeaders(JSON_TYPE, key), connector);

  const storedBy = (answer: { json: ReturnType<typeof objectAt> }) =>
    queue.events(String(answer.json['run_id']));

  test('stores the good events of a push in their order, and says of the others what is wrong', async () => {
    const raw = { op: 'UPSERT', ticket_id: 7, title: 'T', subject: 'S', body: 'B', allowed_users: 'a@b.c' };
    const answer = await push([DELETE, { ...raw, allowed_users: [] }, raw, { ticket_id: 9 }, UPSERT]);
    expect(answer.status).toBe(202);
    expect(answer.json).toEqual({
      accepted: 3,
      rejected: 2,
      run_id: expect.stringMatching(/^push-/),
      errors: [
        { index: 1, doc_id: 'support-push:7', code: 'ACL_EMPTY', reason: expect.any(String) },
        { index: 3, doc_id: 'support-push:9', code: 'OP_INVALID', reason: expect.stringContaining('no op') },
      ],
      errors_truncated: false,
    });
    expect((await storedBy(answer)).map(({ doc_id, op }) => [doc_id, op])).toEqual([
      ['support-push:1', 'DELETE'],
      ['support-push:7', 'UPSERT'],
      ['support-push:1', 'UPSERT'],
    ]);
  });

  test('takes an object, an array and lines, and lines that come in pieces', async () => {
    const lines = `\n${JSON.stringify(UPSERT)}\r\n\n${JSON.stringify(DELETE)}`;
    const one = await push(UPSERT);
    const two = await push([UPSERT, DELETE]);
    const three = await post(lines, pushHeaders(LINES_TYPE));
    const four = await post(lines, pushHeaders('application/jsonl; charset=UTF-8'));
    const [event] = await storedBy(one);
    for (const answer of [two, three, four]) {
      expect(answer.status).toBe(202);
      const [first, second] = await storedBy(answer);
      expect(first).toEqual(event);
      expect(second).toMatchObject({ op: 'DELETE', document: null });
    }
  });

  test('stores nothing of which no event is good, and lets the key be used again', async () => {
    const answer = await push([{ op: 'upsert', doc_id: '5' }], 'support-push', 'nothing-good');
    expect(answer.status).toBe(422);
    expect(answer.json).toMatchObject({ accepted: 0, rejected: 1, run_id: null });
    expect((await push(DELETE, 'support-push', 'nothing-good')).status).toBe(202);
  });

  test('names the first errors only, and says so', async () => {
    const answer = await push(Array.from({ length: PUSH_ERRORS_NAMED_MAX + 1 }, () => 7));
    expect(answer.json).toMatchObject({ rejected: PUSH_ERRORS_NAMED_MAX + 1, errors_truncated: true });
    expect(listAt(answer.json, 'errors')).toHaveLength(PUSH_ERRORS_NAMED_MAX);
  });

  describe('with an Idempotency-Key', () => {
    test('that was used for the same body gives the first answer again and stores nothing', async () => {
      const first = await push([DELETE, 1], 'support-push', 'the-key');
      const again = await push([DELETE, 1], 'support-push', 'the-key');
      expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([
        null,
        'true',
      ]);
      expect([again.status, again.text]).toEqual([202, first.text]);
      expect(await storedBy(first)).toHaveLength(1);
    });

    test('that was used for another body, or another form of it, is refused', async () => {
      await push(DELETE, 'support-push', 'taken');
      expect((await push([DELETE], 'support-push', 'taken')).status).toBe(409);
      const lines = await post(JSON.stringify(DELETE), pushHeaders(LINES_TYPE, 'taken'));
      expect([lines.status, objectAt(lines.json, 'error')['code']]).toEqual([409, 'CONFLICT']);
      expect((await push(7, 'support-push', 'taken')).status).toBe(409);
      expect((await push(UPSERT, 'open-push', 'taken')).status).not.toBe(409);
    });

    test('of many pushes at the same time stores one of them', async () => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => push(DELETE, 'support-push', 'at-once')),
      );
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
    });

    test('gives the first answer also when the connector would refuse all of it by now', async () => {
      const file = join(server.cwd, 'connectors', 'turning.yaml');
      const yaml = (policy: string) => `
apiVersion: sync.gemini.io/v1alpha1
kind: Connector
metadata: { name: turning }
spec:
  mode: rest_push
  source: { type: http, secretRef: turning-token }
  mapping: { idField: id, titleField: title, contentTemplate: "{{ text }}" }
  output: { bucket: gs://company-gemini-sync, prefix: turning, format: ndjson }
  gemini: { projectId: my-project, location: global, dataStoreId: turning-ds }
  reconciliation: { deletePolicy: ${policy} }
`;
      writeFileSync(file, yaml('auto_delete_missing'));
      aheadMs += 10_000;
      const first = await push(DELETE, 'turning', 'kept');
      writeFileSync(file, yaml('never_delete'));
      aheadMs += 10_000;
      expect((await push(DELETE, 'turning', 'other')).status).toBe(422);
      const again = await push(DELETE, 'turning', 'kept');
      expect([first.status, again.status, again.text]).toEqual([202, 202, first.text]);
    });

    test('that expired is a new one', async () => {
      await push(DELETE, 'support-push', 'old');
      // Keys expire by the clock of the database, whatever that of a server says.
      aheadMs += 2 * PUSH_KEY_HOURS * 3_600_000;
      expect((await push([DELETE], 'support-push', 'old')).status).toBe(409);
      await expireKeys({ file: join(server.cwd, STATE_FILE) });
      expect((await push([DELETE], 'support-push', 'old')).status).toBe(202);
    });

    test.each([
      [undefined, /missing/],
      ['', /missing/],
      ['a b', /visible ASCII/],
      ['k'.repeat(201), /1 to 200/],
    ])('that is %j is refused', async (key, words) => {
      const headers = { 'content-type': JSON_TYPE, ...(key === undefined ? {} : { 'idempotency-key': key }) };
      const answer = await post(JSON.stringify(DELETE), headers);
      expect(answer.status).toBe(400);
      expect(objectAt(answer.json, 'error')['message']).toMatch(words);
    });
  });

  describe('refuses', () => {
    const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    const long = (bytes: number) => JSON.stringify({ op: 'DELETE', doc_id: '1', title: 'x'.repeat(bytes) });

    test.each([
      ['nothing', '', JSON_TYPE, 400, /The body is empty/],
      ['blanks', ' \n', JSON_TYPE, 400, /The body is empty/],
      ['an empty array', '[]', JSON_TYPE, 400, /no event/],
      ['blank lines', '\n\n', LINES_TYPE, 400, /no event/],
      [
        'invalid JSON',
        '{"op":DELETE}',
        JSON_TYPE,
        400,
        /is not valid JSON: it has an unexpected character at byte 7/,
      ],
      ['JSON that is cut off', '[{"op":"DELETE","doc_id":"1"}', JSON_TYPE, 400, /ends too soon/],
      ['a line that is cut off', `${JSON.stringify(DELETE)}\n{"op":`, LINES_TYPE, 400, /Line 2 .*too soon/],
      ['an array as a line', JSON.stringify([DELETE]), LINES_TYPE, 400, /Line 1 is an array/],
      ['a key that is twice there', '{"op":"DELETE","op":"UPSERT"}', JSON_TYPE, 400, /twice/],
      ['nesting', nested(PUSH_DEPTH_MAX + 1), JSON_TYPE, 400, new RegExp(`${PUSH_DEPTH_MAX} levels`)],
      ['nesting in an array', `[${nested(PUSH_DEPTH_MAX + 1)}]`, JSON_TYPE, 400, /32 levels/],
      [
        'a long field',
        long(PUSH_FIELD_BYTES_MAX),
        JSON_TYPE,
        400,
        new RegExp(`"title" .*${PUSH_FIELD_BYTES_MAX}`),
      ],
      [
        'a long line',
        long(PUSH_EVENT_BYTES_MAX),
        LINES_TYPE,
        413,
        new RegExp(`Line 1 .*${PUSH_EVENT_BYTES_MAX}`),
      ],
      ['many lines', '\n'.repeat(PUSH_LINES_MAX), LINES_TYPE, 413, new RegExp(`${PUSH_LINES_MAX} lines`)],
      ['a long event', `[7,${long(PUSH_EVENT_BYTES_MAX)}]`, JSON_TYPE, 413, /Event 1 .*4194304/],
      [
        'many events',
        `[${'1,'.repeat(PUSH_EVENTS_MAX)}1]`,
        JSON_TYPE,
        413,
        new RegExp(`${PUSH_EVENTS_MAX} events`),
      ],
      ['a large body', ' '.repeat(PUSH_JSON_BODY_BYTES_MAX + 1), JSON_TYPE, 413, /larger than 10485760/],
      ['another type', '<a/>', 'application/xml', 415, /application\/x-ndjson/],
      ['another encoding of text', '{}', `${JSON_TYPE}; charset=latin1`, 415, /UTF-8/],
    ])('%s, as a whole and in words', async (_what, body, type, status, words) => {
      const before = await queue.events();
      const answer = await post(body, pushHeaders(type));
      expect(answer.status).toBe(status);
      expect(objectAt(answer.json, 'error')['message']).toMatch(words);
      expect(await queue.events()).toHaveLength(before.length);
    });

    test('bytes that are not UTF-8, and a body that is compressed', async () => {
      const latin = Buffer.from('{"op":"DELETE","doc_id":"\xfc"}', 'latin1');
      expect((await post(latin, pushHeaders(JSON_TYPE))).status).toBe(400);
      const headers = { ...pushHeaders(JSON_TYPE), 'content-encoding': 'gzip' };
      expect((await post('x', headers)).status).toBe(415);
    });

    test('pushes to a connector that is not there, is not pushed to, or cannot be read', async () => {
      expect((await push(DELETE, 'nobody')).status).toBe(404);
      const pulled = await push(DELETE, 'hr-employees');
      expect(pulled.status).toBe(409);
      expect(objectAt(pulled.json, 'error')['message']).toContain('sql_pull');
      const file = join(server.cwd, 'connectors', 'broken-push.yaml');
      writeFileSync(file, 'kind: Connector\nmetadata: {');
      aheadMs += 10_000;
      const broken = await push(DELETE, 'broken-push');
      expect([broken.status, broken.headers.get('retry-after')]).toEqual([
        503,
        expect.stringMatching(/^\d+$/),
      ]);
      // It may be any of the names in the files that cannot be read.
      expect((await push(DELETE, 'nobody')).status).toBe(503);
      // A file that can be parsed says which name it has, so another name is a mistake of the producer.
      writeFileSync(file, 'kind: Connector\nmetadata: { name: named-push }');
      aheadMs += 10_000;
      expect((await push(DELETE, 'broken-push')).status).toBe(503);
      expect((await push(DELETE, 'named-push')).status).toBe(503);
      expect((await push(DELETE, 'nobody')).status).toBe(404);
      expect((await push(DELETE)).status).toBe(202);
    });

    test('a body whose connection ends before it does, and stores nothing of it', async () => {
      const before = await queue.events();
      const { port, hostname } = new URL(server.url);
      const lines = `${JSON.stringify(DELETE)}\n`;
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => {
          socket.end(
            `POST /v1/connectors/support-push/events HTTP/1.1\r\nHost: x\r\nContent-Type: ${LINES_TYPE}\r\n` +
              `Idempotency-Key: cut\r\nContent-Length: ${lines.length + 1}\r\n\r\n${lines}`,
          );
        });
        socket.resume().on('close', () => {
          resolve();
        });
      });
      expect(await queue.events()).toHaveLength(before.length);
      expect((await push(DELETE, 'support-push', 'cut')).headers.get('idempotency-replayed')).toBeNull();
    });
  });

  test('answers any bytes with something that it declares, and never with a failure of its own', async () => {
    const statuses = new Set([202, 400, 409, 413, 415, 422]);
    const nearly = fc
      .tuple(fc.json(), fc.nat(), fc.string({ maxLength: 3 }))
      .map(([json, at, piece]) => `${json.slice(0, at % (json.length + 1))}${piece}${json.slice(at % 7)}`);
    const event = fc.dictionary(
      fc.constantFrom(
        'op',
        'doc_id',
        'title',
        'content',
        'acl_users',
        'metadata',
        'updated_at',
        'ticket_id',
        'uri',
      ),
      fc.oneof(fc.jsonValue(), fc.constantFrom('UPSERT', 'DELETE'), fc.string({ unit: 'binary' })),
    );
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      nearly.map((text) => Buffer.from(text)),
      fc.array(event).map((events) => Buffer.from(JSON.stringify(events))),
    );
    await fc.assert(
      fc.asyncProperty(body, fc.constantFrom(JSON_TYPE, LINES_TYPE), async (bytes, type) => {
        const { status, json } = await post(bytes, pushHeaders(type));
        expect(statuses).toContain(status);
        expect(Object.keys(json).length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
    expect(errors).toEqual([]);
  });

  test('is in the OpenAPI document with its forms, its header and its answers', async () => {
    const document = parsedObject(await (await fetch(`${server.url}/openapi.json`)).text()) ?? {};
    const path = objectAt(objectAt(document, 'paths'), '/v1/connectors/{connector_id}/events');
    const route = objectAt(path, 'post');
    expect(Object.keys(objectAt(objectAt(route, 'requestBody'), 'content'))).toEqual([
      'application/json',
      'application/x-ndjson',
      'application/jsonl',
    ]);
    expect(Object.keys(objectAt(route, 'responses'))).toEqual(
      expect.arrayContaining(['202', '400', '404', '409', '413', '415', '422', '429', '503']),
    );
    expect(listAt(route, 'parameters')).toContainEqual(
      expect.objectContaining({ in: 'header', name: 'idempotency-key', required: true }),
    );
  });
});
