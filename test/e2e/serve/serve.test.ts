import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { breakableConnection, type BreakableConnection } from '../../support/http/breakable-connection.ts';
import { eventually } from '../../support/eventually.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { runCli } from '../../support/processes/run-cli.ts';
import { startServe } from '../../support/server/serving.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
const cwd = folders.make();

afterAll(() => {
  folders.removeAll();
});

describe('serve', () => {
  test('answers a request that came before SIGTERM, refuses later ones, and ends with 0', async () => {
    const server = await startServe({ cwd });
    const { hostname, port } = new URL(server.url);
    const client = connect(Number(port), hostname);
    await once(client, 'connect');
    const body = '{"dry_run":true}';
    client.write(
      `POST /v1/studio/connectors/nobody/run-now HTTP/1.1\r\nhost: ${hostname}:${port}\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    );
    // Its answer shows that the server has read on, and so has the first half of the other request.
    await server.request('/healthz');
    server.child.kill('SIGTERM');
    await eventually('the server listens no more', () =>
      server.request('/healthz').then(
        () => false,
        () => true,
      ),
    );
    client.write(body.slice(5));
    expect(await text(client)).toContain('HTTP/1.1 404 Not Found');
    const { exitCode } = await server.child;
    expect(exitCode).toBe(0);
  });

  test('says which port is taken, and by which option to choose another', async () => {
    const server = await startServe({ cwd });
    const { port } = new URL(server.url);
    const { exitCode, stderr } = await runCli(['serve', '--port', port], { cwd });
    await server.stop();
    expect(exitCode).toBe(78);
    expect(stderr).toContain(`Port ${port} of 127.0.0.1 is taken`);
    expect(stderr).toContain('--port');
  });

  test.each(['70000', 'x', '-1'])('refuses %s as a port', async (port) => {
    const { exitCode } = await runCli(['serve', `--port=${port}`], { cwd });
    expect(exitCode).toBe(2);
  });
});

describe('serve on Postgres', () => {
  let postgres: TestPostgres;
  let way: BreakableConnection;

  beforeAll(async () => {
    postgres = await startPostgres();
    way = await breakableConnection(postgres);
  });

  afterAll(async () => {
    await way.close();
    await postgres.stop();
  });

  const overTheWay = (url: string) => url.replace(`:${postgres.port}/`, `:${way.port}/`);

  test('does not start on a database whose schema is not current, and says what to do', async () => {
    const databaseUrl = await postgres.createDatabase('empty');
    const { exitCode, stderr } = await runCli(['serve'], { cwd, env: { DATABASE_URL: databaseUrl } });
    expect(exitCode).toBe(78);
    expect(stderr).toContain('migrate');
  });

  test('answers 503 with Retry-After while the database is gone, and recovers by itself', async () => {
    const databaseUrl = await postgres.createDatabase('served');
    await runCli(['migrate'], { cwd, env: { DATABASE_URL: databaseUrl } });
    const server = await startServe({ cwd, env: { DATABASE_URL: overTheWay(databaseUrl) } });
    expect((await server.request('/readyz')).status).toBe(200);

    await way.break();
    // The answer of `/readyz` may be READY_CACHE_MS old.
    await eventually('the server misses its database', async () => {
      return (await server.request('/readyz')).status === 503;
    });
    const gone = await server.request('/readyz');
    expect(gone.status).toBe(503);
    expect(gone.headers.get('retry-after')).toBe('5');
    expect(await gone.json()).toMatchObject({ error: { code: 'UNAVAILABLE' } });
    expect((await server.request('/healthz')).status).toBe(200);

    await way.mend();
    await eventually('the server is ready again', async () => (await server.request('/readyz')).ok);
    const { exitCode } = await server.stop();
    expect(exitCode).toBe(0);
    expect(server.logs()).not.toContain(postgres.password);
  });
});
