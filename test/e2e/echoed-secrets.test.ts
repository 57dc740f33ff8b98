import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { allText } from '../support/files/folder-listing.ts';
import { raw } from '../support/http/http-server.ts';
import { RestServers } from '../support/http/rest-servers.ts';
import { dumpState } from '../support/databases/state-dump.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { workplace } from '../support/files/workplace.ts';

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

const WAYS: Readonly<
  Record<string, { readonly auth?: object; readonly value: string; readonly secret: string }>
> = {
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

const CASES = [
  ...Object.entries(WAYS).map(([name, way]) => ({ name, way, format: 'pretty' })),
  ...Object.entries(WAYS)
    .slice(0, 1)
    .flatMap(([name, way]) => ['json', 'kestra'].map((format) => ({ name, way, format }))),
];

describe('a secret that an API repeats', () => {
  test.each(CASES)(
    'with $name is in no form in what a run shows as $format and keeps',
    async ({ way, format }) => {
      const { auth, value, secret } = way;
      const cwd = folders.make();
      const place = workplace(cwd, { SECRET_API: value, LOG_LEVEL: 'debug', LOG_FORMAT: format });
      const said = echoes(secret);
      const shown: string[] = [];
      // Few at a time, because only the first words of an answer are shown.
      const bodies = [0, 4, 8, 12].map((at) => said.slice(at, at + 4).join(' & '));
      for (const body of [...bodies, JSON.stringify(said.slice(0, 3))]) {
        const server = await servers.answering(raw(400, body));
        const source = { type: 'http', url: `${server.url}/`, secretRef: 'api', query: undefined };
        place.writeConnector({ mode: 'rest_pull', source: { ...source, ...(auth && { auth }) } });
        const { exitCode, stdout, stderr } = await place.run(['--json']);
        expect({ exitCode, stderr }).toEqual({ exitCode: 69, stderr: expect.stringContaining('400') });
        shown.push(stdout, stderr);
      }
      expect(shown.every((text) => text.includes('[redacted]'))).toBe(true);
      shown.push(allText(cwd), JSON.stringify(await dumpState(cwd)));
      expect(said.filter((echo) => shown.some((text) => text.includes(echo)))).toEqual([]);
    },
  );
});
