import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BridgeError } from '../../../../src/core/errors.ts';
import { describeOnMariadb } from '../../../support/databases/mariadb.ts';
import { startMariadb, type TestMariadb } from '../../../support/databases/mariadb-server.ts';
import { startOracle } from '../../../support/databases/oracle-server.ts';
import { startSqlServer } from '../../../support/databases/sql-server.ts';
import { eventually } from '../../../support/eventually.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';
import { AUTHOR, draftText, previewPlace } from '../../../support/studio/preview-place.ts';

const folders = temporaryFolders();
const never = () => new AbortController().signal;

afterAll(() => {
  folders.removeAll();
});

function placeOf(type: string, url: string, query: string) {
  const source = `{ type: ${type}, secretRef: people-db, query: ${JSON.stringify(query)} }`;
  const text = draftText({ source });
  const place = previewPlace({
    folder: folders.make(),
    merged: { 'people.yaml': text },
    variables: { SECRET_PEOPLE_DB: url },
    settings: { allowedHosts: ['127.0.0.0/8'] },
  });
  return { ...place, text };
}

const shown = [{ id: 'people:1', title: 'Ada', content: 'Writes programs.' }];

describe('a preview of SQL Server', () => {
  test('shows the documents', async () => {
    const server = await startSqlServer({
      answer: () => ({
        columns: [
          { name: 'id', type: 'int' },
          { name: 'title', type: 'nvarchar', length: 40 },
          { name: 'body', type: 'nvarchar', length: 40 },
        ],
        rows: () => [[1, 'Ada', 'Writes programs.']],
      }),
    });
    const { previews, text } = placeOf('mssql', server.url, 'SELECT id, title, body FROM people');
    const { documents } = await previews.documents(text, AUTHOR, never());
    expect(documents).toMatchObject(shown);
    await server.close();
  });
});

describe('a preview of Oracle', () => {
  test('shows the documents', async () => {
    const column = (name: string) => ({ name, type: 'VARCHAR2' as const, size: 40 });
    const server = await startOracle({
      answer: () => ({
        columns: [column('id'), column('title'), column('body')],
        rows: () => [['1', 'Ada', 'Writes programs.']],
      }),
    });
    const { previews, text } = placeOf('oracle', server.url, 'SELECT id, title, body FROM people');
    const { documents } = await previews.documents(text, AUTHOR, never());
    expect(documents).toMatchObject(shown);
    await server.close();
  });
});

describeOnMariadb('a preview of MariaDB', () => {
  let server: TestMariadb;

  beforeAll(async () => {
    server = await startMariadb();
    await server.query(
      'CREATE TABLE people (id INT, title TEXT, body TEXT)',
      "INSERT INTO people VALUES (1, 'Ada', 'Writes programs.')",
    );
  });

  afterAll(() => server.stop());

  test('shows the documents', async () => {
    const { previews, text } = placeOf('mysql', server.url(), 'SELECT * FROM people');
    const { documents } = await previews.documents(text, AUTHOR, never());
    expect(documents).toMatchObject(shown);
  });

  test('ends its query on the server when it is stopped', async () => {
    const { previews, text } = placeOf(
      'mysql',
      server.url(),
      'SELECT id, title, SLEEP(600) AS body FROM people',
    );
    const running = async () =>
      JSON.stringify(
        await server.query(
          "SELECT ID FROM information_schema.PROCESSLIST WHERE INFO LIKE '%SLEEP(6__)%' AND ID <> CONNECTION_ID()",
        ),
      ) !== '[]';
    const gone = new AbortController();
    const preview = previews
      .documents(text, AUTHOR, gone.signal)
      .catch((thrown: unknown) => thrown as BridgeError);
    await eventually('the query runs', running);
    gone.abort(new Error('the client went away'));
    expect(await preview).toMatchObject({ message: 'the client went away' });
    expect(await running()).toBe(false);
  });
});
