import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PushEvent } from '../../../src/push/events/packed-events.ts';
import { STATE_FILE } from '../../../src/state/run/open-state.ts';
import { openPushQueue } from '../../../src/state/push/queue.ts';
import { pushBatch } from '../../contracts/push-queue.contract.ts';
import { openKillingPlace } from '../../support/processes/killing-place.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

/** Each takes two processes' time. */
const KILLS = 4;

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

/** What is said of a document: its title, or that it is gone. */
interface Said {
  readonly id: number;
  readonly title: string | null;
}

const said = fc.array(
  fc.record({ id: fc.integer({ min: 1, max: 6 }), title: fc.option(fc.stringMatching(/^[a-z]{1,5}$/)) }),
  { maxLength: 6 },
);

test('a run that is killed at any moment, and run again, brings the index to what was pushed', async () => {
  const cwd = folders.make();
  const place = await openKillingPlace({
    cwd,
    databaseUrl: undefined,
    sourceUrl: undefined,
    engine: { pollsUntilDone: 1 },
  });
  const queue = await openPushQueue({ file: join(cwd, STATE_FILE) });
  /** What the index is to have, by canonical id. */
  const expected = new Map<string, string>();
  let runs = 0;
  const nextRun = () => ({ runId: `run-${(runs += 1)}` });

  const push = async (events: readonly Said[]) => {
    if (events.length > 0) {
      await queue.enqueue(pushBatch({ connectorId: 'people', events: events.map(eventOf) }));
    }
    for (const { id, title } of events) {
      if (title === null) expected.delete(`people:${id}`);
      else expected.set(`people:${id}`, title);
    }
  };
  const found = () => new Map([...place.documents()].map(([docId, { title }]) => [docId, title]));
  /** The same kind of work in each round, so that each comes to the same moments: one is new, and the last new one goes. */
  const round = (number: number): Said[] => [
    { id: 100 + number, title: `new in ${number}` },
    { id: 99 + number, title: null },
  ];

  try {
    await push(round(0));
    await place.run(nextRun());
    await push(round(1));
    const moments = await place.moments(nextRun());
    expect(moments.length).toBeGreaterThan(10);
    expect(found()).toEqual(expected);

    let rounds = 1;
    await fc.assert(
      fc.asyncProperty(said, fc.noBias(fc.nat()), said, async (first, moment, later) => {
        await push([...first, ...round((rounds += 1))]);
        await place.kill(nextRun(), moments[moment % moments.length] ?? '');
        await push(later);
        expect(await place.run(nextRun())).toMatchObject({ status: 'SUCCESS' });
        expect(found()).toEqual(expected);
        expect(await queue.depth('people')).toMatchObject({ batches: 0, events: 0 });
      }),
      // A smaller example would begin where the failed one left off.
      { numRuns: KILLS, endOnFailure: true },
    );
    expect(place.google.engine.violations).toEqual([]);
  } finally {
    await queue.close();
    await place.close();
  }
});

function eventOf({ id, title }: Said): PushEvent {
  const docId = `people:${id}`;
  if (title === null) return { docId, op: 'DELETE', document: null };
  const document = { doc_id: docId, title, content: title, metadata: { id } };
  return { docId, op: 'UPSERT', document: JSON.stringify(document) };
}
