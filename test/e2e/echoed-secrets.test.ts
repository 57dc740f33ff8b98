import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { allText } from '../support/folder-listing.ts';
import { raw } from '../support/http-server.ts';
import { RestServers } from '../support/rest-servers.ts';
import { runHere } from '../support/run-here.ts';
import { dumpState } from '../support/state-dump.ts';
import { temporaryFolders } from '../support/temporary-folder.ts';
import { workplace } from '../support/workplace.ts';

const servers = new RestServers();
const folders = temporaryFolders();
afterEach(() => servers.close());
afterAll(() => {
  folders.removeAll();
});

const SECRET = 'Tok&en"Se/cret+99';
const PASSWORD = 'Pass&wo"rd/9+8';
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** What an API that answers 400 may make of what it was sent. */
function echoes(secret: string): string[] {
  return [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(secret).toLowerCase(),
    new URLSearchParams({ '': secret }).toString().slice(1),
    base64(secret),
    base64(`ada:${secret}`),
    Buffer.from(secret).toString('base64url'),
    Buffer.from(secret).toString('hex'),
    Buffer.from(secret).toString('hex').toUpperCase(),
    secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;'),
    JSON.stringify(secret).slice(1, -1),
    secret.toLowerCase(),
    secret.toUpperCase(),
  ];
}

const WAYS: Readonly<Record<string, { readonly auth?: object; readonly value: string; readonly secret: string }>> = {
  bearer: { value: SECRET, secret: SECRET },
  api_key: { auth: { type: 'api_key' }, value: SECRET, secret: SECRET },
  'api_key in the query': {
    auth: { type: 'api_key', in: 'query', name: 'key' },
    value: SECRET,
    secret: SECRET,
  },
  'basic with the pair': { auth: { type: 'basic' }, value: `ada:${PASSWORD}`, secret: PASSWORD },
  'basic with the password': {
    auth: { type: 'basic', username: 'ada' },
    value: PASSWORD,
    secret: PASSWORD,
  },
};

describe.each(Object.entries(WAYS))('with %s, a secret that an API repeats', (_, { auth, value, secret }) => {
  test.each([{ LOG_FORMAT: 'json' }, { LOG_FORMAT: 'pretty' }, { LOG_FORMAT: 'kestra' }])(
    'is in no form in what a run shows and keeps (%p)',
    async (format) => {
      const cwd = folders.make();
      const said = echoes(secret);
      const words = said.map((echo, number) => `<${number}:${echo}>`).join(' ');
      // In pieces, because only the first words of an answer are shown.
      const replies = [words.slice(0, 180), words.slice(180)].map((body) => raw({ status: 400, body }));
      const shown: string[] = [];
      for (const echo of [...said.map((one) => `url=${one}&x=1`), JSON.stringify({ said: said.slice(0, 3) })]) {
        const server = await servers.answering(raw({ status: 400, body: echo }));
        const place = workplace(cwd, { SECRET_API: value, LOG_LEVEL: 'debug', ...format });
        place.writeConnector({
          mode: 'rest_pull',
          source: { type: 'http', url: `${server.origin}/`, secretRef: 'api', ...(auth && { auth }), query: undefined },
        });
        const { exitCode, stdout, stderr } = await place.run(['--json']);
        expect(exitCode).toBe(69);
        shown.push(stdout, stderr);
      }
      expect(replies).toHaveLength(2);
      shown.push(JSON.stringify(await dumpState(cwd, undefined)));
      const leaks = said.filter((echo) => shown.some((text) => text.includes(echo)));
      expect(leaks).toEqual([]);
      expect(shown.join('')).toContain('[redacted]');
    },
  );
});
