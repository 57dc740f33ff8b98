import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { openNewestRunsCache, type NewestRunsCache } from '../../../src/app/ops/newest-runs-cache.ts';
import { OPS_SETTLED_SECONDS_MAX } from '../../../src/app/limits.ts';
import { openDatabase } from '../../../src/database/database.ts';
import type { StateDatabase } from '../../../src/state/state-database.ts';
import { STATE_FILE } from '../../../src/state/run/open-state.ts';
import { holders, newestRuns } from '../../../src/state/server/ops-connectors.ts';
import { minutesAgo, NOW, opsPlace, type OpsPlace } from '../../support/server/ops-place.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const CONNECTORS = ['one', 'other', 'never-ran'];

describe('the newest runs of connectors in the cache of Ops', () => {
  const folders = temporaryFolders();
  let place: OpsPlace;
  let database: StateDatabase;
  let cache: NewestRunsCache;
  let elapsedMs: number;
  /** The connectors that the state was queried for. */
  let asked: string[][];

  beforeAll(async () => {
    const cwd = folders.make();
    place = await opsPlace(cwd);
    database = {
      ...(await openDatabase({ url: undefined, file: join(cwd, STATE_FILE) })),
      kind: 'connector',
    };
    await place.commit({ runId: 'one-1', connector: 'one', at: minutesAgo(60) });
    await place.commit({ runId: 'other-1', connector: 'other', at: minutesAgo(60) });
  });
  afterAll(async () => {
    await database.close();
    await place.close();
    folders.removeAll();
  });

  beforeEach(async () => {
    elapsedMs = 0;
    asked = [];
    const newest = (ids: readonly string[]) => {
      asked.push([...ids]);
      return newestRuns(database, ids);
    };
    cache = openNewestRunsCache({ newestRuns: newest }, { now: () => NOW, elapsedMs: () => elapsedMs });
    await look();
  });

  /** What it says is what the state says. */
  async function look(): Promise<void> {
    const said = await cache.newestRuns(CONNECTORS, await holders(database));
    expect(said).toEqual(await newestRuns(database, CONNECTORS));
    expect(said.get('one')?.last).not.toBeUndefined();
  }

  test('is queried again only for connectors without a known run', async () => {
    await look();
    expect(asked).toEqual([CONNECTORS, ['never-ran']]);
  });

  test('is queried again for a connector that ran meanwhile, regardless of the outcome', async () => {
    await place.commit({ runId: 'one-2', connector: 'one', at: minutesAgo(30) });
    await look();
    await place.fail({ runId: 'other-2', connector: 'other', at: minutesAgo(20) });
    await look();
    await look();
    expect(asked.slice(1)).toEqual([['one', 'never-ran'], ['other', 'never-ran'], ['never-ran']]);
  });

  test('is queried each time for a connector whose lease is held', async () => {
    const lease = await place.state.lease('one', { runId: 'one-3', host: 'worker-1', pid: 4711 });
    await look();
    await place.begin({ runId: 'one-3', connector: 'one', at: minutesAgo(3) });
    await look();
    await place.state.enterPhase('one-3', 'publish', minutesAgo(2));
    await look();
    await lease.release();
    await look();
    await look();
    const both = ['one', 'never-ran'];
    expect(asked.slice(1)).toEqual([both, both, both, both, ['never-ran']]);
  });

  test('is not believed for longer than a minute', async () => {
    elapsedMs = OPS_SETTLED_SECONDS_MAX * 1_000;
    await look();
    expect(asked).toEqual([CONNECTORS, CONNECTORS]);
  });
});
