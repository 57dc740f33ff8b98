import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { STATE_FILE } from '../../../src/state/run/open-state.ts';
import { openPushQueue, type PushQueue } from '../../../src/state/push/queue.ts';
import { startBridgeServer } from '../../support/server/bridge-server.ts';
import { eventually } from '../../support/eventually.ts';
import { objectAt, parsedObject } from '../../support/files/json.ts';
import { pushConnectors, pushHeaders } from '../../support/server/push-server.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const PENDING_EVENTS_MAX = 4;
const MEMORY_BYTES_MAX = 200_000;
const CONNECTOR_MEMORY_BYTES_MAX = 120_000;
const CONTENT_LENGTH = 90_000;

const deletes = (...ids: number[]) => JSON.stringify(ids.map((id) => ({ op: 'DELETE', doc_id: String(id) })));
const SECONDS = expect.stringMatching(/^[1-9]\d*$/);

describe('a server that has no room for a push', () => {
  const folders = temporaryFolders();
  let server: Awaited<ReturnType<typeof startBridgeServer>>;
  let queue: PushQueue;

  beforeAll(async () => {
    const cwd = folders.make();
    pushConnectors(cwd);
    server = await startBridgeServer({
      cwd,
      pushBounds: {
        pendingEvents: PENDING_EVENTS_MAX,
        memoryBytes: MEMORY_BYTES_MAX,
        connectorMemoryBytes: CONNECTOR_MEMORY_BYTES_MAX,
      },
    });
    queue = await openPushQueue({ file: join(cwd, STATE_FILE) });
  });

  afterAll(async () => {
    await queue.close();
    await server.stop();
    folders.removeAll();
  });

  const waiting = async () => (await queue.depth('support-push')).events;

  async function push(body: string, key?: string, connector = 'support-push') {
    const init = { method: 'POST', body, headers: pushHeaders('application/json', key) };
    const answer = await server.request(`/v1/connectors/${connector}/events`, init);
    const text = await answer.text();
    const error = objectAt(parsedObject(text) ?? {}, 'error');
    const { status, headers } = answer;
    return {
      status,
      text,
      code: error['code'],
      message: error['message'],
      retryAfter: headers.get('retry-after'),
      replayed: headers.get('idempotency-replayed'),
    };
  }

  describe('in its memory', () => {
    const content = 'x'.repeat(CONTENT_LENGTH);
    // It has no readers, so it is received completely and then not stored.
    const unread = JSON.stringify([{ op: 'UPSERT', doc_id: '1', title: 'T', content, acl_users: [] }]);
    const begun: Socket[] = [];
    const begin = async (connector: string) =>
      begun.push(await startedPush(server.url, connector, unread.slice(0, -1)));
    const pushTo = (connector: string) => push(unread, undefined, connector);

    afterEach(async () => {
      for (const socket of begun.splice(0)) socket.destroy();
      await eventually(
        'the memory is given back',
        async () =>
          (await pushTo('open-push')).status === 422 && (await pushTo('support-push')).status === 422,
      );
    });

    test('for one connector answers 503 to it and says when to try again, and takes what others send', async () => {
      await begin('support-push');
      await eventually(
        'the server has what was sent of the other push',
        async () => (await pushTo('support-push')).status === 503,
      );
      const refused = await pushTo('support-push');
      expect(refused).toMatchObject({ status: 503, code: 'UNAVAILABLE', retryAfter: SECONDS });
      expect((await pushTo('open-push')).status).toBe(422);
    });

    test('for all of them together answers 503', async () => {
      await begin('support-push');
      await begin('open-push');
      const small = unread.replace(content, 'x'.repeat(25_000));
      await eventually(
        'the server has what was sent of the other pushes',
        async () => (await push(small, undefined, 'open-push')).status === 503,
      );
      expect(await push(small, undefined, 'open-push')).toMatchObject({ status: 503, retryAfter: SECONDS });
    });
  });

  describe('in its queue', () => {
    let taken: Awaited<ReturnType<typeof push>>;

    beforeEach(async () => {
      taken = await push(deletes(1, 2, 3), 'taken');
      expect(taken.status).toBe(202);
    });

    test('answers 429 to what is new, says when to try again, and stores nothing of it', async () => {
      const before = await waiting();
      // There is room for one more event.
      const tooMany = await push(deletes(4, 5), 'too-many');
      expect(tooMany).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS', retryAfter: SECONDS });
      expect(tooMany.message).toContain(`may have ${PENDING_EVENTS_MAX} events`);
      expect(await waiting()).toBe(before);
    });

    test('answers 429 to what is new, and to what was taken what it answered before', async () => {
      expect((await push(deletes(4), 'last')).status).toBe(202);
      expect(await push(deletes(5), 'one-more')).toMatchObject({ status: 429, retryAfter: SECONDS });
      const again = await push(deletes(1, 2, 3), 'taken');
      expect(again).toMatchObject({ status: 202, text: taken.text, replayed: 'true' });
      expect(await push(deletes(1, 2), 'taken')).toMatchObject({ status: 409, code: 'CONFLICT' });
      expect(await waiting()).toBe(PENDING_EVENTS_MAX);
    });
  });
});

/** A push of which only a part is sent, and whose connection stays open. */
async function startedPush(url: string, connector: string, part: string): Promise<Socket> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined).resume();
  await new Promise<void>((resolve) => {
    socket.write(
      `POST /v1/connectors/${connector}/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
        `Idempotency-Key: part\r\nContent-Length: ${part.length + 1}\r\n\r\n${part}`,
      () => {
        resolve();
      },
    );
  });
  return socket;
}
