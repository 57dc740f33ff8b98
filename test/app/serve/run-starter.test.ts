import { afterEach, describe, expect, test } from '@jest/globals';
import { createRunStarter, type RunStarter } from '../../../src/app/serve/run-starter.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import { STARTED_RUNS_MAX } from '../../../src/app/limits.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
let starter: RunStarter | undefined;
afterEach(async () => {
  await starter?.stop();
  folders.removeAll();
});

describe('createRunStarter', () => {
  test('starts no more runs than the limit when all are asked for at the same moment', async () => {
    let added = 0;
    let ended = 0;
    const asked: (() => void)[] = [];
    starter = createRunStarter({
      variablesForRun: () => ({}),
      runs: {
        add: () => {
          added += 1;
          return new Promise<void>((resolve) => asked.push(resolve));
        },
        saveRunLog: () => Promise.resolve(),
        end: () => {
          ended += 1;
          return Promise.resolve();
        },
      },
      cwd: folders.make(),
      clock: systemClock,
      log: silentLogger,
    });
    const order = {
      connectorId: 'a',
      file: 'a.yaml',
      dryRun: true,
      full: false,
      secretRefs: [],
      startedBy: 'test',
    };
    const opened = starter;
    const starts = Array.from({ length: STARTED_RUNS_MAX + 3 }, () => opened.start(order));
    expect(added).toBe(STARTED_RUNS_MAX);
    // It is told to stop before the state answers, so that the processes end at once. It waits for these runs too.
    const stopping = starter.stop();
    for (const answer of asked) answer();
    const runIds = await Promise.all(starts);
    expect(runIds.filter((runId) => runId === undefined)).toHaveLength(3);
    await stopping;
    expect(ended).toBe(STARTED_RUNS_MAX);
  });

  test('gives the place back when the state cannot note a run', async () => {
    let failures = 0;
    starter = createRunStarter({
      variablesForRun: () => ({}),
      runs: {
        add: () => {
          failures += 1;
          return Promise.reject(new Error('no database'));
        },
        saveRunLog: () => Promise.resolve(),
        end: () => Promise.resolve(),
      },
      cwd: folders.make(),
      clock: systemClock,
      log: silentLogger,
    });
    const order = {
      connectorId: 'a',
      file: 'a.yaml',
      dryRun: true,
      full: false,
      secretRefs: [],
      startedBy: 'test',
    };
    for (let tries = 0; tries < STARTED_RUNS_MAX + 1; tries += 1) {
      await expect(starter.start(order)).rejects.toThrow('no database');
    }
    expect(failures).toBe(STARTED_RUNS_MAX + 1);
  });
});
