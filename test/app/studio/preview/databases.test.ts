import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readEnvironment } from '../../../../src/cli/environment/environment.ts';
import type { BridgeError } from '../../../../src/core/errors.ts';
import { eventually } from '../../../support/eventually.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';
import { AUTHOR, draftText, previewPlace } from '../../../support/studio/preview-place.ts';

const folders = temporaryFolders();
const CANARY = 'canary-5e0d77b1f3a9';
const never = () => new AbortController().signal;
type Engine = 'postgres' | 'mysql' | 'mssql' | 'oracle';

afterAll(() => {
  folders.removeAll();
});

/** A server that takes connections and says nothing, unless it ends them at once. */
async function listener(ending: boolean) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    if (ending) socket.destroy();
  });
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

const address = (type: Engine, host: string, port: number) =>
  `${type}://reader:${CANARY}@${host}:${port}/db${type === 'mssql' ? '?encrypt=false' : ''}`;
const descriptor = (...hosts: readonly string[]) =>
  `oracle://reader:${CANARY}@?descriptor=${encodeURIComponent(
    `(DESCRIPTION=(ADDRESS_LIST=${hosts.join('')})(CONNECT_DATA=(SERVICE_NAME=db)))`,
  )}`;
const tns = (host: string, port: number) => `(ADDRESS=(PROTOCOL=tcp)(HOST=${host})(PORT=${port}))`;

function placeOf(type: Engine, value: string, allowedHosts: readonly string[]) {
  const { previews, lines } = previewPlace({
    folder: folders.make(),
    managed: {
      'people-db': { allowedHosts: ['*'], allowedConnectors: ['people'], open: () => value },
    },
    settings: { allowedHosts },
  });
  const source = `{ type: ${type}, secretRef: people-db, query: 'SELECT id, title, body FROM people' }`;
  return { previews, lines, text: draftText({ source }) };
}

function failureOf(work: Promise<unknown>): Promise<BridgeError> {
  return work.then(
    () => Promise.reject(new Error('it did not fail')),
    (thrown: unknown) => thrown as BridgeError,
  );
}

describe('the driver of a database in a preview', () => {
  test.each(['postgres', 'mysql', 'mssql', 'oracle'] as const)(
    'of %s connects only to an address that is allowed, by name and by number',
    async (type) => {
      await using server = await listener(true);
      const refused = [];
      for (const host of ['127.0.0.1', 'localhost']) {
        const { previews, text } = placeOf(type, address(type, host, server.port), []);
        const error = await failureOf(previews.columns(text, AUTHOR, never()));
        refused.push(`${error.code} ${error.message}`);
      }
      expect(server.sockets).toHaveLength(0);
      expect(new Set(refused).size).toBe(1);
      expect(refused[0]).toContain('PREVIEW_UNREACHABLE');
      const { previews, text, lines } = placeOf(type, address(type, '127.0.0.1', server.port), ['127.0.0.1']);
      const error = await failureOf(previews.columns(text, AUTHOR, never()));
      expect(server.sockets.length).toBeGreaterThan(0);
      expect([error.message, error.hint, ...lines].join()).not.toContain(CANARY);
    },
  );

  test.each([
    [
      'a descriptor with a second address',
      'oracle',
      (port: number) => descriptor(tns('127.0.0.1', 1), tns('127.0.0.2', port)),
    ],
    [
      'a descriptor with a host of another spelling',
      'oracle',
      (port: number) => descriptor(tns('0x7f000002', port)),
    ],
    [
      'several hosts',
      'postgres',
      (port: number) => `postgres://reader:${CANARY}@127.0.0.1:1,127.0.0.2:${port}/db`,
    ],
    ['the folder of a socket', 'postgres', () => `postgres://reader:${CANARY}@/db?host=/var/run/postgresql`],
    ['a named instance', 'mssql', () => `mssql://reader:${CANARY}@127.0.0.1/db?instanceName=x&encrypt=false`],
  ] as const)('does not reach %s (%s) that is not allowed', async (_, type, dsn) => {
    await using server = await listener(true);
    const { previews, text, lines } = placeOf(type, dsn(server.port), ['127.0.0.1']);
    const error = await failureOf(previews.columns(text, AUTHOR, never()));
    expect(['PREVIEW_UNREACHABLE', 'PREVIEW_SECRET_REFUSED', 'PREVIEW_REFUSED', 'SECRET_INVALID']).toContain(
      error.code,
    );
    expect(server.sockets).toHaveLength(0);
    expect([error.message, error.hint, ...lines].join()).not.toContain(CANARY);
  });
});

describe('the process of a preview', () => {
  test('has no secret in its environment and its arguments, and neither the draft', async () => {
    await using server = await listener(false);
    const { previews, text } = placeOf('postgres', address('postgres', '127.0.0.1', server.port), [
      '127.0.0.1',
    ]);
    const stop = new AbortController();
    const preview = failureOf(previews.columns(text, AUTHOR, stop.signal));
    await eventually('the process is connected', () => server.sockets.length > 0);
    const seen = ownChildren().map((id) =>
      ['environ', 'cmdline'].map((file) => readFileSync(`/proc/${id}/${file}`, 'utf8')).join('\n'),
    );
    stop.abort(new Error('enough'));
    await preview;
    const process = seen.find((each) => each.includes('preview-source'));
    expect(process).toBeDefined();
    for (const hidden of [CANARY, 'people-db', 'SELECT']) expect(process).not.toContain(hidden);
    expect(process).toContain('--max-old-space-size=384');
  });

  test('gets no variable of the server that has a secret, a key, a state or a proxy', () => {
    const variables = {
      PATH: '/bin',
      HOME: '/root',
      SECRET_A: CANARY,
      MANAGED_SECRET_ENCRYPTION_KEY: CANARY,
      DATABASE_URL: CANARY,
      GITHUB_TOKEN: CANARY,
      ADMIN_API_KEY: CANARY,
      HTTPS_PROXY: `http://a:${CANARY}@proxy`,
      NODE_OPTIONS: '--require /tmp/x.js',
      PGPASSWORD: CANARY,
      GOOGLE_APPLICATION_CREDENTIALS: '/key.json',
      AZURE_CLIENT_SECRET: CANARY,
    };
    expect(readEnvironment(variables).forPreview()).toEqual({ PATH: '/bin' });
  });
});

function ownChildren(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((id) => parentOf(id) === process.pid);
}

function parentOf(id: string): number {
  try {
    return Number(readFileSync(`/proc/${id}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);
  } catch {
    return 0;
  }
}
