import { afterAll, beforeAll, beforeEach, describe } from '@jest/globals';
import { join } from 'node:path';
import { startPostgres, type TestPostgres } from '../databases/postgres.ts';
import { temporaryFolders } from '../files/temporary-folder.ts';
import { openAppPlace, type AppPlace } from './app-place.ts';

/** Declares tests for both engines. The place is emptied before each test. */
export function describeOnEachEngine(name: string, declare: (place: () => AppPlace) => void): void {
  describe(`${name}, on the embedded database`, () => {
    const folders = temporaryFolders();
    let place: AppPlace;
    beforeAll(async () => {
      place = await openAppPlace({ file: join(folders.make(), 'state.db') });
    });
    beforeEach(() => place.clear());
    afterAll(async () => {
      await place.close();
      folders.removeAll();
    });
    declare(() => place);
  });
  describe(`${name}, on Postgres`, () => {
    let server: TestPostgres;
    let place: AppPlace;
    beforeAll(async () => {
      server = await startPostgres();
      place = await openAppPlace({ url: await server.createDatabase('apps'), file: '' });
    }, 60_000);
    beforeEach(() => place.clear());
    afterAll(async () => {
      await place.close();
      await server.stop();
    });
    declare(() => place);
  });
}
