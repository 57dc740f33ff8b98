import { afterEach, describe, expect, test } from '@jest/globals';
import { connect, type Socket } from 'node:net';
import { FAILED_ATTEMPTS_PER_MINUTE } from '../../../../src/server/limits.ts';
import { openBrowser } from '../../../support/server/browser.ts';
import { eventually } from '../../../support/eventually.ts';
import {
  bearer,
  PUSH_TOKEN,
  startGuardedServer,
  type GuardedServer,
} from '../../../support/http/guarded-server.ts';
import { parsedObject } from '../../../support/files/json.ts';

const ADMIN_KEY = 'an-admin-key-of-the-environment';
const PUSH = ['POST', '/v1/connectors/support-push/test'] as const;
const READ = ['GET', '/test/read'] as const;
/** Longer than any test: what is delayed stays so. */
const HELD = { addresses: 1_000, delayStepMs: 600_000, delayMsMax: 600_000 };

let server: GuardedServer;
let sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await server.stop();
});

const start = async (more: Parameters<typeof startGuardedServer>[0] = {}) => {
  server = await startGuardedServer({ access: { adminKey: ADMIN_KEY }, ...more });
};

/** One request on a connection of its own. @returns its status, once it has one */
function send([method, path]: readonly [string, string], key: string) {
  const sent: { status: number | undefined; readonly ended: Promise<void> } = {
    status: undefined,
    ended: new Promise((resolve, reject) => {
      const { hostname, port } = new URL(server.url);
      const head = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n`;
      const socket = connect(Number(port), hostname, () => {
        socket.write(`${head}Authorization: Bearer ${key}\r\n\r\n`);
      });
      sockets.push(socket);
      let said = '';
      socket.setEncoding('latin1');
      socket.on('data', (text: string) => {
        said += text;
        sent.status ??= Number(/^HTTP\/1\.1 (\d+)/.exec(said)?.[1]);
      });
      socket.on('error', reject);
      socket.on('close', () => {
        resolve();
      });
    }),
  };
  return sent;
}

/** Number of wrong keys sent at once, before the right one. */
async function burst(route: readonly [string, string], wrong: number, right: string, wrongKey = wrongText) {
  const sent = Array.from({ length: wrong }, (_, n) => send(route, wrongKey(n)));
  const last = send(route, right);
  await Promise.all([...sent, last].map(({ ended }) => ended));
  const of = (status: number) => sent.filter((one) => one.status === status).length;
  return { compared: of(401), slowed: of(429), last: last.status };
}

const wrongText = (n: number) => `wrong-token-number-${n}`;
const wrongStored = (n: number) => `gsb_${n.toString(16).padStart(12, '0')}_${'W'.repeat(43)}`;

const warnings = () =>
  server.lines
    .map((line) => parsedObject(line))
    .filter((line) => line?.['level'] === 'warn' && line['wrong_keys'] === FAILED_ATTEMPTS_PER_MINUTE);

async function refused(): Promise<number> {
  const { text } = await server.request('/metrics', bearer(ADMIN_KEY));
  const counts = [...text.matchAll(/^gemini_sync_bridge_refused_keys_total\{.*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

describe('a burst of wrong keys', () => {
  test.each([100, 300, 800])(
    'with %i push tokens is counted, slowed and reported, and the right one passes',
    async (wrong) => {
      await start();
      // A connector file is read while the first ones wait, as at the first push after a change.
      expect(await burst(PUSH, wrong, PUSH_TOKEN)).toEqual({
        compared: FAILED_ATTEMPTS_PER_MINUTE,
        slowed: wrong - FAILED_ATTEMPTS_PER_MINUTE,
        last: 200,
      });
      expect(warnings()).toHaveLength(1);
      expect(await refused()).toBe(wrong);
    },
  );

  test.each([
    ['of the form of ADMIN_API_KEY', READ, ADMIN_KEY, wrongText],
    ['of the form of stored keys', READ, undefined, wrongStored],
    ['of the form of stored keys, on a push route', PUSH, PUSH_TOKEN, wrongStored],
  ] as const)(
    '%s is counted, slowed and reported, and the right one passes',
    async (_, route, right, wrong) => {
      await start();
      const key = right ?? (await server.makeKey('read'));
      expect(await burst(route, 100, key, wrong)).toEqual({ compared: 10, slowed: 90, last: 200 });
      expect(warnings()).toHaveLength(1);
      expect(await refused()).toBe(100);
    },
  );

  test('at the login page is counted, slowed and reported, and the right one passes', async () => {
    await start();
    const browser = openBrowser(server);
    const token = await browser.formToken();
    const logIn = (key: string) => browser.submit('/login', { _csrf: token, key });
    const sent = await Promise.all([
      ...Array.from({ length: 60 }, (_, n) => logIn(wrongText(n))),
      logIn(ADMIN_KEY),
    ]);
    const statuses = sent.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(50);
    expect(statuses.at(-1)).toBe(303);
    expect(warnings()).toHaveLength(1);
  });

  test.each([
    [PUSH, 60],
    [PUSH, 300],
    [READ, 60],
  ])('to %j has ten of %i keys compared at once, and stored keys pass meanwhile', async (route, wrong) => {
    await start({ guessing: { counts: HELD, delayed: 2_000 } });
    const sent = Array.from({ length: wrong }, (_, n) => send(route, wrongText(n)));
    const answered = () => sent.filter(({ status }) => status !== undefined).length;
    await eventually('ten are answered', () => Promise.resolve(answered() >= 10));
    for (const right of ['read', 'admin'] as const) {
      const key = await server.makeKey(right);
      expect((await server.request('/test/read', bearer(key))).status).toBe(200);
    }
    expect(answered()).toBe(10);
  });

  test('beyond the number that may be delayed refuses no right key', async () => {
    await start({ guessing: { counts: HELD, delayed: 5 } });
    const sent = Array.from({ length: 40 }, (_, n) => send(PUSH, wrongText(n)));
    const answered = (status: number) => sent.filter((one) => one.status === status).length;
    await eventually('all but five are answered', () => Promise.resolve(answered(401) + answered(429) >= 35));
    expect([answered(401), answered(429)]).toEqual([10, 25]);
    const right = send(PUSH, PUSH_TOKEN);
    const more = Array.from({ length: 20 }, (_, n) => send(PUSH, wrongText(n)));
    await eventually('the right key passes', () => Promise.resolve(right.status !== undefined));
    expect(right.status).toBe(200);
    for (const socket of sockets) socket.destroy();
    await Promise.all(more.map(({ ended }) => ended));
  });
});

describe('a right key', () => {
  test('passes while a colleague at the same address sends wrong ones all the time', async () => {
    await start();
    const stored = await server.makeKey('operate');
    const browser = openBrowser(server);
    await browser.logIn(stored);
    for (let round = 0; round < 10; round += 1) {
      const colleague = Array.from({ length: 8 }, (_, n) => send(READ, wrongText(n)));
      expect(await send(PUSH, PUSH_TOKEN).ended.then(() => 'ended')).toBe('ended');
      const statuses = await Promise.all([
        server.request('/test/read', bearer(ADMIN_KEY)),
        server.request('/test/read', bearer(stored)),
        server.request(PUSH[1], { method: 'POST', ...bearer(PUSH_TOKEN) }),
        browser.visit('/test/read'),
      ]);
      expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      await Promise.all(colleague.map(({ ended }) => ended));
    }
    expect(warnings()).toHaveLength(1);
  });

  test('is not slowed by many right ones at the same moment', async () => {
    await start({ guessing: { counts: HELD, delayed: 2_000 } });
    const sent = await Promise.all(
      Array.from({ length: 60 }, () => server.request(PUSH[1], { method: 'POST', ...bearer(PUSH_TOKEN) })),
    );
    expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([200]));
    expect(warnings()).toEqual([]);
  });
});
