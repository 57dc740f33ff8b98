import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { gitBlob } from '../../../../src/studio/git-blob.ts';
import { startGithub, type GithubStandIn } from '../../../stand-ins/github/github-stand-in.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';
import {
  ADA,
  anOrder,
  BOB,
  githubSettings,
  openProposalPlace,
  ORDERS,
  ORDERS_TEXT,
} from '../../../support/studio/proposal-place.ts';

const signal = new AbortController().signal;
const BRANCH = 'studio/orders';
const THEIRS = ORDERS_TEXT.replace('100', '150 # Carl');

let github: GithubStandIn;
let place: Awaited<ReturnType<typeof openProposalPlace>>;
const folders = temporaryFolders();

beforeEach(async () => {
  github = await startGithub({ folder: folders.make(), files: { [ORDERS]: ORDERS_TEXT, 'a.txt': 'a' } });
  place = await openProposalPlace(folders.make(), githubSettings(github));
});
afterEach(async () => {
  await place.close();
  await github.close();
  folders.removeAll();
});

const file = (path: string) => github.repository.bytes(['show', `${BRANCH}:${path}`]).toString();
const sized = (size: number) => ORDERS_TEXT.replace('100', String(size));
const propose = (text: string, basedOn = ORDERS_TEXT, actor = ADA) =>
  place.proposals.propose(
    anOrder({ basedOn: { path: ORDERS, blob: gitBlob(basedOn) } }, text),
    actor,
    signal,
  );

describe('a branch with commits of another person', () => {
  test('keeps their files through every later version of the proposal', async () => {
    await propose(sized(200));
    const theirs = github.repository.commit(BRANCH, { 'note.md': 'note' }, { author: 'Carl' });
    for (const size of [200, 300, 400]) {
      await propose(sized(size));
      expect([file('note.md'), file(ORDERS)]).toEqual(['note', sized(size)]);
    }
    github.repository.commit('main', { 'a.txt': 'b' });
    await propose(sized(500));
    expect([file('note.md'), file(ORDERS)]).toEqual(['note', sized(500)]);
    expect(github.repository.git(['merge-base', '--is-ancestor', theirs, BRANCH])).toBe('');
    expect(github.pulls).toHaveLength(1);
  });

  test('is extended by the author who began with their version, and by others only then', async () => {
    await propose(sized(200));
    github.repository.commit(BRANCH, { [ORDERS]: THEIRS, 'note.md': 'note' }, { author: 'Carl' });
    await expect(propose(sized(300))).rejects.toMatchObject({ code: 'PROPOSAL_CONFLICT' });
    expect(await place.proposals.isBegunWith('orders', { path: ORDERS, blob: gitBlob(THEIRS) }, signal)).toBe(
      true,
    );
    await propose(THEIRS, THEIRS);
    expect([file(ORDERS), file('note.md')]).toEqual([THEIRS, 'note']);
    const next = THEIRS.replace('150', '160');
    await propose(next, THEIRS);
    expect([file(ORDERS), file('note.md')]).toEqual([next, 'note']);
    await expect(propose(sized(900), ORDERS_TEXT, BOB)).rejects.toMatchObject({ code: 'PROPOSAL_CONFLICT' });
  });

  test("does not let a third person replace the author's text", async () => {
    await propose(sized(200));
    github.repository.commit(BRANCH, { 'note.md': 'note' }, { author: 'Carl' });
    await expect(propose(sized(900), ORDERS_TEXT, BOB)).rejects.toMatchObject({
      code: 'PROPOSAL_CONFLICT',
      message: expect.stringContaining('Ada'),
    });
    expect(file(ORDERS)).toBe(sized(200));
  });

  test('shows both versions when the base branch changed the file after their version', async () => {
    await propose(sized(200));
    github.repository.commit(BRANCH, { [ORDERS]: THEIRS }, { author: 'Carl' });
    github.repository.commit('main', { [ORDERS]: sized(999) }, { author: 'Dora', message: 'Most' });
    const proposing = propose(THEIRS.replace('150', '160'), THEIRS);
    await expect(proposing).rejects.toMatchObject({
      code: 'PROPOSAL_CONFLICT',
      conflicts: [expect.objectContaining({ theirs: sized(999) })],
    });
    expect(file(ORDERS)).toBe(THEIRS);
  });
});
