import { once } from 'node:events';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { BridgeError } from '../../../../src/core/errors.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';
import { AUTHOR, draftText, previewPlace } from '../../../support/studio/preview-place.ts';

const folders = temporaryFolders();
const CANARY = 'canary-7f3a91c2d84e';
const LOOPBACK = ['127.0.0.0/8', '::1'];

afterAll(() => {
  folders.removeAll();
});

async function listener(
  answer: string | RequestListener = JSON.stringify([{ id: 1, title: 'a', body: 'b' }]),
  redirect?: string,
) {
  const requests: IncomingMessage['headers'][] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    requests.push(request.headers);
    if (typeof answer === 'function') {
      answer(request, response);
      return;
    }
    response.writeHead(redirect === undefined ? 200 : 302, {
      'content-type': 'application/json',
      ...(redirect !== undefined && { location: redirect }),
    });
    response.end(answer);
  });
  server.on('connection', () => {
    connections++;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/items`,
    requests,
    get connections() {
      return connections;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const api = (url: string, more = '', name = 'people') =>
  draftText({ name, mode: 'rest_pull', source: `{ type: http, url: '${url}'${more} }` });

const never = () => new AbortController().signal;

function failureOf(work: Promise<unknown>): Promise<BridgeError> {
  return work.then(
    () => Promise.reject(new Error('it did not fail')),
    (thrown: unknown) => thrown as BridgeError,
  );
}

describe('secrets in previews', () => {
  const bearer = ', secretRef: other-token, auth: { type: bearer }';

  test.each([
    ['secretRef', bearer],
    ['secretHeaders', ', secretHeaders: { x-api-key: other-token }'],
    [
      'oauth.tokenUrl',
      ", oauth: { grantType: client_credentials, tokenUrl: 'TOKEN', clientId: c, clientSecretRef: other-token }",
    ],
  ])('sends nothing when %s names the secret of another connector and the host is new', async (_, more) => {
    await using thief = await listener();
    const merged = { 'other.yaml': api('http://127.0.0.1:9/items', bearer, 'other') };
    const { previews, events } = previewPlace({
      folder: folders.make(),
      merged,
      variables: { SECRET_OTHER_TOKEN: CANARY },
      settings: { allowedHosts: LOOPBACK },
    });
    const draft = api(thief.url, more.replace('TOKEN', thief.url));
    const error = await failureOf(previews.documents(draft, AUTHOR, never()));
    expect(error).toMatchObject({ code: 'PREVIEW_SECRET_REFUSED' });
    expect(error.message).toContain('other-token');
    expect(error.hint).toContain('administrator');
    expect(thief.connections).toBe(0);
    expect(events.map(({ outcome }) => outcome)).toEqual(['started', 'refused']);
    expect(JSON.stringify([error.message, error.hint, events])).not.toContain(CANARY);
  });

  test('sends a secret of the environment only where the merged connector of the same name sends it', async () => {
    await using own = await listener(JSON.stringify([{ id: 1, title: CANARY, body: 'b' }]));
    await using thief = await listener();
    const { previews, lines, events } = previewPlace({
      folder: folders.make(),
      merged: { 'people.yaml': api(own.url, bearer) },
      variables: { SECRET_OTHER_TOKEN: CANARY },
      settings: { allowedHosts: LOOPBACK },
    });
    const preview = await previews.columns(api(`${own.url}?page=1`, bearer), AUTHOR, never());
    expect(own.requests[0]?.authorization).toBe(`Bearer ${CANARY}`);
    expect(JSON.stringify([preview, lines, events])).not.toContain(CANARY);
    const elsewhere = [api(thief.url, bearer), api(own.url, bearer, 'someone-else')];
    for (const text of elsewhere) {
      const error = await failureOf(previews.documents(text, AUTHOR, never()));
      expect(error.code).toBe('PREVIEW_SECRET_REFUSED');
    }
    expect([own.requests.length, thief.connections]).toEqual([1, 0]);
  });

  test('sends a managed secret only to its hosts and for its connectors', async () => {
    await using server = await listener();
    let opened = 0;
    const managed = (allowedHosts: string[], allowedConnectors: string[]) => ({
      'other-token': {
        allowedHosts,
        allowedConnectors,
        open: () => {
          opened++;
          return CANARY;
        },
      },
    });
    const attempt = (hosts: string[], connectors: string[]) => {
      const place = { folder: folders.make(), managed: managed(hosts, connectors) };
      const { previews } = previewPlace({ ...place, settings: { allowedHosts: LOOPBACK } });
      return previews.documents(api(server.url, bearer), AUTHOR, never());
    };
    for (const [hosts, connectors] of [
      [[], []],
      [['127.0.0.1'], []],
      [[], ['people']],
      [['127.0.0.2'], ['people']],
      [[`127.0.0.1:${server.port + 1}`], ['people']],
      [['127.0.0.1'], ['others']],
    ] as const) {
      const error = await failureOf(attempt([...hosts], [...connectors]));
      expect(error.code).toBe('PREVIEW_SECRET_REFUSED');
    }
    expect([opened, server.connections]).toEqual([0, 0]);
    await attempt(['127.0.0.1'], ['people']);
    expect(server.requests[0]?.authorization).toBe(`Bearer ${CANARY}`);
  });
});

describe('an author who may use a secret of the merged connector', () => {
  const bearer = ', secretRef: own-token, auth: { type: bearer }';
  const oauth = (tokenUrl: string) =>
    `, oauth: { grantType: client_credentials, tokenUrl: '${tokenUrl}', clientId: c, clientSecretRef: own-token }`;
  const placeOf = (merged: string) =>
    previewPlace({
      folder: folders.make(),
      merged: { 'people.yaml': merged },
      variables: { SECRET_OWN_TOKEN: CANARY },
      settings: { allowedHosts: LOOPBACK },
    });

  test.each([
    ['sends no client secret to the API as a token', (url: string) => api(url, bearer)],
    ['does not make the API its token endpoint', (url: string) => api(url, oauth(url))],
    [
      'sends no client secret to the API in a header',
      (url: string) => api(url, ', secretHeaders: { x-key: own-token }'),
    ],
  ])('%s', async (_, draft) => {
    await using server = await listener();
    const { previews } = placeOf(api(server.url, oauth('http://127.0.0.1:9/token')));
    const error = await failureOf(previews.documents(draft(server.url), AUTHOR, never()));
    expect(error.code).toBe('PREVIEW_SECRET_REFUSED');
    expect(server.connections).toBe(0);
  });

  test.each(['Host', 'hOST'])(
    'sends it to no other customer of the same server with the header %s',
    async (name) => {
      await using server = await listener();
      const { previews } = placeOf(api(server.url, bearer));
      const draft = api(server.url, `${bearer}, headers: { ${name}: thief.example }`);
      const error = await failureOf(previews.documents(draft, AUTHOR, never()));
      expect(error.code).toBe('PREVIEW_REFUSED');
      expect(server.connections).toBe(0);
    },
  );

  test.each([
    ['the mapping', '', '{{ body | slice: 7, 9 }} {{ body | slice: 16, 40 }}'],
    ['a computed field', ", fields: { part: '{{ body | slice: 0, 12 }}' }", '{{ part }}'],
  ])('gets no part of it through a response that repeats it and %s', async (_, more, template) => {
    await using server = await listener(JSON.stringify([{ id: 1, title: 'a', body: `Bearer ${CANARY}` }]));
    const { previews } = placeOf(api(server.url, bearer));
    const draft = api(server.url, bearer + more).replace('{{ body }}', template);
    const error = await failureOf(previews.documents(draft, AUTHOR, never()));
    expect(error.code).toBe('PREVIEW_REFUSED');
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['the name of a field', 200, 'columns', (part: string) => JSON.stringify([{ id: 1, [part]: 2 }])],
    ['the words of a failure', 400, 'documents', (part: string) => JSON.stringify({ error: part })],
  ] as const)('gets no part of it through %s', async (_, status, kind, answer) => {
    const part = CANARY.slice(0, 12);
    await using server = await listener((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(answer(part));
    });
    const { previews, lines } = placeOf(api(server.url, bearer));
    const error = await failureOf(previews[kind](api(server.url, bearer), AUTHOR, never()));
    expect(JSON.stringify([error.message, error.hint, lines])).not.toContain(part);
    expect(error.message).toContain('repeats a secret');
  });
});

describe('addresses in previews', () => {
  test('are refused with one message, whether they are not allowed, closed or unknown', async () => {
    await using server = await listener();
    const { port } = server;
    const none = previewPlace({ folder: folders.make() });
    const closed = previewPlace({ folder: folders.make(), settings: { allowedHosts: LOOPBACK } });
    const errors: BridgeError[] = [];
    for (const host of [
      '169.254.169.254',
      '127.0.0.1',
      '[::ffff:127.0.0.1]',
      'localhost',
      '2130706433',
      '10.0.0.1',
    ]) {
      const actor = { ...AUTHOR, id: host };
      errors.push(await failureOf(none.previews.documents(api(`http://${host}:${port}/`), actor, never())));
    }
    errors.push(await failureOf(closed.previews.columns(api('http://127.0.0.1:1/'), AUTHOR, never())));
    errors.push(await failureOf(closed.previews.columns(api('http://169.254.169.254/'), AUTHOR, never())));
    errors.push(await failureOf(closed.previews.columns(api('http://name.invalid/'), AUTHOR, never())));
    const answers = new Set(errors.map(({ code, message, hint }) => JSON.stringify([code, message, hint])));
    expect([...answers]).toHaveLength(1);
    expect([...answers][0]).toContain('PREVIEW_UNREACHABLE');
    expect(server.connections).toBe(0);
    expect(none.lines.join('\n')).toContain('not allowed');
  });

  test('allow the loopback by default only to the machine of a server without keys', async () => {
    await using server = await listener();
    const { previews } = previewPlace({ folder: folders.make(), settings: { allowedHosts: undefined } });
    const error = await failureOf(previews.documents(api(server.url), AUTHOR, never()));
    expect(error.code).toBe('PREVIEW_UNREACHABLE');
    const local = { ...AUTHOR, kind: 'local', id: 'local' } as const;
    expect((await previews.documents(api(server.url), local, never())).documents).toHaveLength(1);
  });

  test('are left to a proxy only if all hosts of the draft are listed by name', async () => {
    await using proxy = await listener();
    const draft = api('http://api.corp.example/items');
    const attempt = (allowedHosts: string[]) =>
      previewPlace({
        folder: folders.make(),
        proxy: `http://127.0.0.1:${proxy.port}`,
        settings: { allowedHosts },
      }).previews.documents(draft, AUTHOR, never());
    expect((await failureOf(attempt(LOOPBACK))).code).toBe('PREVIEW_UNREACHABLE');
    expect(proxy.connections).toBe(0);
    expect((await attempt(['*.corp.example'])).documents).toHaveLength(1);
    expect(proxy.requests[0]?.host).toBe('api.corp.example');
  });

  test('of a redirect to another server are not followed', async () => {
    await using target = await listener();
    await using server = await listener('', target.url);
    const { previews } = previewPlace({ folder: folders.make(), settings: { allowedHosts: LOOPBACK } });
    const error = await failureOf(previews.documents(api(server.url), AUTHOR, never()));
    expect(error.code).toBe('SOURCE_REDIRECT');
    expect(target.connections).toBe(0);
  });

  test('of a redirect to an address that is not allowed have the same message as that address', async () => {
    const refused = previewPlace({ folder: folders.make() });
    const { code, message, hint } = await failureOf(
      refused.previews.documents(api('http://169.254.169.254/'), AUTHOR, never()),
    );
    for (const target of [
      'http://169.254.169.254/latest',
      'http://[::ffff:a9fe:a9fe]/',
      'http://10.0.0.1:5432/',
    ]) {
      await using server = await listener('', target);
      const { previews, lines } = previewPlace({
        folder: folders.make(),
        settings: { allowedHosts: ['127.0.0.1'] },
      });
      const error = await failureOf(previews.documents(api(server.url), AUTHOR, never()));
      expect({ code: error.code, message: error.message, hint: error.hint }).toEqual({ code, message, hint });
      expect(lines.join('\n')).toContain('is redirected to http');
    }
  });
});

describe('documents in previews', () => {
  test('are those at the beginning of a response that does not end', async () => {
    const record = JSON.stringify({ id: 1, title: 'a', body: 'x'.repeat(500_000) });
    await using server = await listener((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('[');
      const more = () => {
        while (response.write(`${record},`));
        response.once('drain', more);
      };
      more();
    });
    const { previews } = previewPlace({ folder: folders.make(), settings: { allowedHosts: LOOPBACK } });
    const { documents, limitedBy } = await previews.documents(api(server.url), AUTHOR, never());
    expect(documents.length).toBeGreaterThan(0);
    expect(limitedBy).not.toBeNull();
    expect(Buffer.byteLength(JSON.stringify(documents))).toBeLessThanOrEqual(1_048_576);
  });

  test('have numbers with all of their digits', async () => {
    await using server = await listener(
      '[{"id": 1, "title": "a", "body": "b", "large": 12345678901234567890, "list": [9007199254740993, 7]}]',
    );
    const { previews } = previewPlace({ folder: folders.make(), settings: { allowedHosts: LOOPBACK } });
    const draft = api(server.url).replace("body }}' }", "body }}', metadataFields: [large, list] }");
    const [document] = (await previews.documents(draft, AUTHOR, never())).documents;
    expect(JSON.stringify(document?.metadata)).toContain('12345678901234567890');
    expect(JSON.stringify(document?.metadata)).toContain('9007199254740993');
  });
});

describe('files in previews', () => {
  test('are read only in listed folders, also through links', async () => {
    const folder = folders.make();
    mkdirSync(join(folder, 'links'));
    for (const name of ['listed', 'private']) {
      mkdirSync(join(folder, name));
      const file = join(folder, name, 'a.csv');
      writeFileSync(file, `id,title,body\n1,${name},text\n`);
      utimesSync(file, 1_000_000, 1_000_000);
    }
    symlinkSync(join(folder, 'private'), join(folder, 'links', 'link'));
    const file = (path: string) =>
      draftText({ mode: 'file_pull', source: `{ type: file, path: '${path}', glob: '*.csv', format: csv }` });
    const { previews } = previewPlace({
      folder,
      settings: { fileRoots: [join(folder, 'listed'), join(folder, 'links')] },
    });
    const paths = [
      join(folder, 'private'),
      join(folder, 'links', 'link'),
      join(folder, 'listed', '..', 'private'),
      '/etc',
      '/missing',
    ];
    const messages = new Set<string>();
    for (const path of paths) {
      const error = await failureOf(previews.documents(file(path), { ...AUTHOR, id: path }, never()));
      expect(error.code).toBe('PREVIEW_REFUSED');
      messages.add(error.message);
    }
    expect(messages.size).toBe(1);
    const { documents } = await previews.documents(file(join(folder, 'listed')), AUTHOR, never());
    expect(documents.map(({ title }) => title)).toEqual(['listed']);
  });

  test.each([
    ['certificate files', ", tls: { caFile: '/etc/passwd' }"],
    ['client certificates', ", tls: { certFile: '/a.pem', keyFile: '/b.pem' }"],
  ])('refuses %s that the merged connector does not have', async (_, more) => {
    const { previews } = previewPlace({ folder: folders.make(), settings: { allowedHosts: LOOPBACK } });
    const error = await failureOf(previews.columns(api('https://127.0.0.1:1/', more), AUTHOR, never()));
    expect(error.code).toBe('PREVIEW_REFUSED');
  });
});

describe('previews of databases', () => {
  test.each([
    ['native code', 'oracle', 'SELECT id FROM t', ', thick: true'],
    ['several statements', 'mssql', 'SELECT id FROM t; DELETE FROM t', ''],
    ['a statement after a SELECT', 'mssql', 'SELECT id FROM t DELETE FROM t', ''],
    ['a statement after a name', 'mssql', 'SELECT 1 AS[id]DELETE FROM t', ''],
    ['a statement after a number', 'mssql', 'SELECT 1delete FROM t', ''],
    ['a statement after a float', 'mssql', 'SELECT 1edelete FROM t', ''],
    ['a statement after a carriage return', 'mssql', 'SELECT 1 AS id --\rDELETE FROM t', ''],
    ['a new table', 'mssql', 'SELECT id INTO copy FROM t', ''],
    ['a procedure', 'mssql', "xp_dirtree N'//thief/share'", ''],
    ['another server', 'mssql', "SELECT * FROM OPENROWSET('SQLNCLI', 'thief'; 'a'; 'b', 'SELECT 1')", ''],
    ['a merge', 'mssql', 'WITH s AS (SELECT 1 AS id) MERGE t USING s ON 1 = 1 WHEN MATCHED THEN DELETE', ''],
    ['a file on the server', 'mysql', "SELECT id FROM t INTO/**/OUTFILE '/tmp/x'", ''],
    ['several statements', 'postgres', "SELECT ';' AS id; -- end\n DROP TABLE t", ''],
    ['a file in what another sql_mode takes for code', 'mysql', "SELECT '\\' INTO OUTFILE '/tmp/x' -- '", ''],
    ['another statement than a SELECT', 'mysql', 'OPTIMIZE TABLE t', ''],
    ['another statement than a SELECT', 'oracle', 'DROP TABLE t', ''],
    ['another statement than a SELECT', 'postgres', '(VACUUM)', ''],
  ])('refuse %s (%s: %s)', async (_, type, query, more) => {
    const source = `{ type: ${type}, secretRef: db, query: ${JSON.stringify(query)}${more} }`;
    const { previews } = previewPlace({ folder: folders.make(), variables: { SECRET_DB: 'x' } });
    const error = await failureOf(previews.columns(draftText({ source }), AUTHOR, never()));
    expect(error.code).toBe('PREVIEW_REFUSED');
  });

  test.each([
    ['postgres', '/* all */ (SELECT 1 AS id) UNION ALL (VALUES (2))'],
    ['mysql', '-- all\nWITH a AS (SELECT 1 AS id) TABLE a;'],
    ['oracle', 'select id from t'],
  ])('accept the query of %s %s', async (type, query) => {
    const source = `{ type: ${type}, secretRef: db, query: ${JSON.stringify(query)} }`;
    const { previews } = previewPlace({ folder: folders.make() });
    const error = await failureOf(previews.columns(draftText({ source }), AUTHOR, never()));
    expect(error.code).toBe('PREVIEW_SECRET_REFUSED');
  });

  test.each([
    'SELECT [delete], t.id AS "update" FROM t -- drop it',
    "WITH a AS (SELECT 'insert' AS x) SELECT * FROM a INNER MERGE JOIN b ON a.x = b.x OPTION (USE HINT ('X'), MERGE JOIN)",
    'SELECT deleted, update_count, @@servername AS s, id2 FROM t ORDER BY 1;',
  ])('accept the query of SQL Server %s', async (query) => {
    const source = `{ type: mssql, secretRef: db, query: ${JSON.stringify(query)} }`;
    const { previews } = previewPlace({ folder: folders.make() });
    const error = await failureOf(previews.columns(draftText({ source }), AUTHOR, never()));
    expect(error.code).toBe('PREVIEW_SECRET_REFUSED');
  });

  test('refuse a viewer, before anything is recorded or sent', async () => {
    const { previews, events } = previewPlace({ folder: folders.make() });
    const viewer = { ...AUTHOR, right: 'read' } as const;
    const error = await failureOf(previews.documents(api('http://127.0.0.1:1/'), viewer, never()));
    expect(error.code).toBe('RIGHT_MISSING');
    expect(events).toEqual([]);
  });
});
