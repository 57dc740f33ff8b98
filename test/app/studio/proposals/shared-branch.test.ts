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
    const begun = { path: ORDERS, blob: gitBlob(THEIRS), after: gitBlob(sized(300)) };
    expect(await place.proposals.isBegunWith('orders', begun, signal)).toBe(true);
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

describe('a repository that people change', () => {
  test("keeps a colleague's files when the pull request was closed and is opened again", async () => {
    await propose(sized(200));
    github.repository.commit(BRANCH, { 'note.md': 'note' }, { author: 'Carl' });
    await propose(sized(300));
    Object.assign(github.pulls[0] ?? {}, { state: 'closed' });
    await expect(propose(sized(400))).resolves.toMatchObject({ pull: { number: 2 } });
    expect([file('note.md'), file(ORDERS)]).toEqual(['note', sized(400)]);
    github.merge(2, true);
    await expect(propose(sized(500), sized(400))).resolves.toMatchObject({ pull: { number: 3 } });
    expect(github.repository.git(['diff', '--name-only', `main...${BRANCH}`])).toBe(ORDERS);
  });

  test('gets a new branch and a new pull request when a person deleted the branch', async () => {
    const first = await propose(sized(200));
    github.deleteBranch(BRANCH);
    await expect(propose(sized(300))).resolves.toMatchObject({ pull: { number: 2 } });
    expect(await place.proposals.find(first.id)).toMatchObject({ state: 'closed' });
    expect(file(ORDERS)).toBe(sized(300));
  });

  test('gets no commit for the pull request of a fork whose branch has the same name', async () => {
    github.pulls.push({
      ...{ number: 1, title: 'Theirs', body: '', state: 'open', mergedAt: null },
      ...{ head: BRANCH, base: 'main', isFork: true },
    });
    await expect(propose(sized(200))).resolves.toMatchObject({ pull: { number: 2 } });
    await expect(propose(sized(300))).resolves.toMatchObject({ pull: { number: 2 } });
    expect(github.pulls).toMatchObject([{ title: 'Theirs', body: '' }, { state: 'open' }]);
  });

  test('has its open pull request extended after the default branch was renamed', async () => {
    await propose(sized(200));
    github.renameDefaultBranch('trunk');
    await expect(propose(sized(300))).resolves.toMatchObject({ baseBranch: 'trunk', pull: { number: 1 } });
    expect(file(ORDERS)).toBe(sized(300));
  });

  test('is not written to through its earlier name', async () => {
    github.renamedTo = 'acme/renamed';
    await expect(propose(sized(200))).rejects.toMatchObject({
      code: 'GITHUB_MOVED',
      message: 'The repository acme/connectors is called acme/renamed now.',
    });
    expect(github.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test('without a commit is named as such', async () => {
    github.repository.git(['update-ref', '-d', 'refs/heads/main']);
    await expect(propose(sized(200))).rejects.toMatchObject({
      code: 'GITHUB_CONFLICT',
      message: expect.stringContaining('acme/connectors is empty'),
    });
  });
});
