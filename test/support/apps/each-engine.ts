import { afterAll, beforeAll, beforeEach, describe } from '@jest/globals';
import { join } from 'node:path';
import { startPostgres, type TestPostgres } from '../databases/postgres.ts';
import { temporaryFolders } from '../files/temporary-folder.ts';
import { openAppPlace, type AppPlace } from './app-place.ts';

let server: Promise<TestPostgres> | undefined;
let databases = 0;

/** Declares tests for both engines. The place is emptied before each test. All calls of one test file share a server. */
export function describeOnEachEngine(name: string, declare: (place: () => AppPlace) => void): void {
  const folders = temporaryFolders();
  describeOnEngine(name, 'the embedded database', declare, () =>
    openAppPlace({ file: join(folders.make(), 'state.db') }),
  );
  describeOnEngine(name, 'Postgres', declare, async () => {
    server ??= startPostgres();
    return openAppPlace({ url: await (await server).createDatabase(`apps${databases++}`), file: '' });
  });
  afterAll(async () => {
    folders.removeAll();
    const started = await server;
    server = undefined;
    await started?.stop();
  });
}

function describeOnEngine(
  name: string,
  engine: string,
  declare: (place: () => AppPlace) => void,
  open: () => Promise<AppPlace>,
): void {
  describe(`${name}, on ${engine}`, () => {
    let place: AppPlace;
    beforeAll(async () => {
      place = await open();
    }, 60_000);
    beforeEach(() => place.clear());
    afterAll(() => place.close());
    declare(() => place);
  });
}
