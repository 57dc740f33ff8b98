import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CATALOG_REFRESH_MS } from '../../src/app/limits.ts';
import { CONNECTOR_FILE_BYTES_MAX, CONNECTOR_IN_PROCESS_BYTES_MAX } from '../../src/definitions/limits.ts';
import { startBridgeServer } from '../support/server/bridge-server.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { parsedObject } from '../support/files/json.ts';

const SMALL = 3;
const LARGE = 3;

const folders = temporaryFolders();
let server: Awaited<ReturnType<typeof startBridgeServer>>;
beforeAll(async () => {
  const cwd = folders.make();
  mkdirSync(join(cwd, 'connectors'));
  server = await startBridgeServer({ cwd });
  // The server checked the folder at its start, and checks it again only after this time.
  await setTimeout(CATALOG_REFRESH_MS);
});
afterAll(async () => {
  await server.stop();
  folders.removeAll();
});

/** Text of a file that is read to its end, with templates, keys and values up to their own limits. */
function hostileText(bytes: number): string {
  const own = Math.min(bytes / 3, 30_000);
  const template = '{{-a-}} '.repeat(own / 8);
  const query = `select '${'\\\\'.repeat(own / 2)}`;
  const text = `spec: {source: {type: mysql, query: "${query}"}, mapping: {contentTemplate: "${template}"}}\n`;
  return text + '# x\n'.repeat(Math.max(0, (bytes - text.length) / 4 - 1));
}

describe('a server whose folder has hostile connector files', () => {
  test('answers /healthz again and again while it checks them', async () => {
    const place = join(server.cwd, 'connectors');
    for (let index = 0; index < SMALL + LARGE; index += 1) {
      const bytes = index < SMALL ? CONNECTOR_IN_PROCESS_BYTES_MAX : CONNECTOR_FILE_BYTES_MAX;
      writeFileSync(join(place, `${index}.yaml`), hostileText(bytes));
    }
    const checks = new Set(['running']);
    const snapshot = server.request('/v1/ops/snapshot').finally(() => {
      checks.clear();
    });
    let answers = 0;
    while (checks.size > 0) {
      const answer = await fetch(`${server.url}/healthz`);
      expect(answer.status).toBe(200);
      answers += 1;
    }
    const found = parsedObject(await (await snapshot).text());
    const broken = found?.['broken_files'] as readonly { readonly file: string }[];
    expect(new Set(broken.map(({ file }) => file)).size).toBe(SMALL + LARGE);
    // A file that is checked in the server's own thread lets a few requests pass when it is done.
    expect(answers).toBeGreaterThan(10 * (SMALL + LARGE));
  });
});
