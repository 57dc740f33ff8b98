import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../../../src/core/time/clock.ts';
import { openServerDatabase } from '../../../src/database/open-server-database.ts';
import { openProposalStore } from '../../../src/state/studio/proposals.ts';
import type { ProposalAttempt } from '../../../src/state/studio/stored-proposal.ts';
import { eventually } from '../../support/eventually.ts';
import { stateAddresses } from '../../support/databases/state-addresses.ts';

const addressOf = stateAddresses();
const ATTEMPT: ProposalAttempt = {
  id: 'p1',
  connectorId: 'orders',
  action: 'edit',
  repository: 'acme/connectors',
  branch: 'studio/orders',
  baseBranch: 'main',
  baseCommit: 'a'.repeat(40),
  title: 'Change',
  body: 'Body',
  files: [{ path: 'connectors/orders.yaml', before: 'b'.repeat(40), after: null }],
  proposedBy: { id: 'ada', name: 'Ada' },
  draftId: null,
};
const tickingClock = (): Clock => {
  let ms = Date.parse('2026-12-01T08:00:00.000Z');
  return { now: () => new Date((ms += 1_000)), elapsedMs: () => ms };
};

describe.each(['SQLite', 'Postgres'])('the journal of proposals in %s', (engine) => {
  test('keeps one proposal of a connector that can be extended, and every commit that was written', async () => {
    const database = await openServerDatabase(await addressOf(engine));
    const store = openProposalStore(database, tickingClock());
    await store.begin(ATTEMPT);
    await store.change('p1', { state: 'commit', nextCommit: 'c'.repeat(40) });
    await expect(store.begin({ ...ATTEMPT, id: 'p2' })).rejects.toThrow();
    await store.begin({ ...ATTEMPT, title: 'Again' });
    const pull = { number: 3, url: 'https://git.example.com/pull/3' };
    await store.change('p1', { state: 'open', headCommit: 'd'.repeat(40), nextCommit: null, pull });
    expect(await store.live('acme/connectors', 'orders')).toMatchObject({
      ...ATTEMPT,
      title: 'Again',
      state: 'open',
      pull,
    });
    await store.change('p1', { state: 'merged' });
    await store.begin({ ...ATTEMPT, id: 'p2' });
    await store.change('p2', { state: 'commit', nextCommit: 'e'.repeat(40) });
    expect((await store.list({ connectorId: 'orders', limit: 5 })).map(({ id }) => id)).toEqual(['p2', 'p1']);
    expect(await store.list({ connectorId: 'other', limit: 5 })).toEqual([]);
    const written = await store.commitsOf('acme/connectors', 'studio/orders');
    expect([...written].map(([commit, { id, state }]) => [commit.charAt(0), id, state])).toEqual([
      ['d', 'p1', 'merged'],
      ['e', 'p2', 'commit'],
    ]);
    expect(await store.toCheck(new Date(), 9)).toEqual([]);
    await store.change('p2', { state: 'open', pull: { ...pull, number: 4 } });
    const due = async (limit: number) =>
      (await store.toCheck(new Date('2027-01-01'), limit)).map(({ id }) => id);
    expect(await due(9)).toEqual(['p2']);
    await store.change('p2', { checkedAt: '2026-01-01T00:00:00.000Z' });
    const other = { connectorId: 'people', branch: 'studio/people' };
    await store.begin({ ...ATTEMPT, ...other, id: 'p3' });
    await store.change('p3', { state: 'open', pull: { ...pull, number: 5 } });
    expect([await due(9), await due(1)]).toEqual([['p3', 'p2'], ['p3']]);
    await database.close();
  });

  test('gives the lease of a repository to one holder, until it is released or expires', async () => {
    const database = await openServerDatabase(await addressOf(engine));
    const store = openProposalStore(database, tickingClock());
    const taken = await Promise.all([1, 2, 3].map(() => store.takeLease('acme/connectors', 60_000)));
    const [lease] = taken.filter((each) => each !== undefined);
    expect(taken.filter((each) => each !== undefined).length).toBe(1);
    expect(await store.takeLease('acme/other', 60_000)).toBeDefined();
    await lease?.release();
    const short = await store.takeLease('acme/connectors', 1);
    let next: Awaited<ReturnType<typeof store.takeLease>>;
    await eventually('the lease expires', async () => {
      next = await store.takeLease('acme/connectors', 60_000);
      return next !== undefined;
    });
    expect(await short?.renew()).toBe(false);
    expect(await next?.renew()).toBe(true);
    await short?.release();
    expect(await store.takeLease('acme/connectors', 60_000)).toBeUndefined();
    await database.close();
  });
});
