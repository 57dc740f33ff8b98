import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ProposalConflictError } from '../../../../src/studio/proposal-conflict.ts';
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

const VALUES = 'helm/values.yaml';
const VALUES_TEXT = '# jobs\r\njobs:\r\n  - orders   # nightly\r\n';
const signal = new AbortController().signal;
const BRANCH = 'studio/orders';

let github: GithubStandIn;
let place: Awaited<ReturnType<typeof openProposalPlace>>;
const folders = temporaryFolders();

beforeEach(async () => {
  const files = { [ORDERS]: ORDERS_TEXT, [VALUES]: VALUES_TEXT, 'connectors/people.yaml': 'a: 1\n' };
  github = await startGithub({ folder: folders.make(), files });
  place = await openProposalPlace(folders.make(), githubSettings(github));
});
afterEach(async () => {
  await place.close();
  await github.close();
  folders.removeAll();
});

const git = (...args: readonly string[]) => github.repository.git(args);
const file = (path: string, at = BRANCH) => github.repository.bytes(['show', `${at}:${path}`]).toString();
const conflictOf = (work: Promise<unknown>) =>
  work.then(
    () => {
      throw new Error('There was no conflict.');
    },
    (thrown: unknown) => thrown as ProposalConflictError,
  );
/** Also changes the file of the jobs, from its newest form. */
const withJobs = (more: Parameters<typeof anOrder>[0] = {}) =>
  anOrder({
    ...more,
    changesOf: async (base, at) => {
      const values = (await base.read(VALUES, at))?.text ?? '';
      return [
        ...(await anOrder().changesOf(base, at)),
        { path: VALUES, before: values, after: values.replace('- orders ', '- orders-v2 ') },
      ];
    },
  });

describe('a proposal', () => {
  test('is one commit with all files, and a pull request, and changes only the wanted lines', async () => {
    const proposal = await place.proposals.propose(withJobs(), ADA, signal);
    expect(proposal).toMatchObject({ state: 'open', branch: BRANCH, pull: { number: 1 }, error: null });
    expect(git('rev-list', '--count', `main..${BRANCH}`)).toBe('1');
    expect(git('diff', '--numstat', 'main', BRANCH)).toBe(`1\t1\t${ORDERS}\n1\t1\t${VALUES}`);
    expect(file(VALUES)).toBe(VALUES_TEXT.replace('- orders ', '- orders-v2 '));
    expect(git('log', '-1', '--format=%B', BRANCH)).toBe(
      'Change connector orders\n\nRaise the page size of orders\n\nProposed-by: Ada',
    );
    expect(github.pulls).toEqual([
      expect.objectContaining({ title: 'Raise the page size of orders', base: 'main' }),
    ]);
    expect(github.pulls[0]?.body).toContain(`<!-- connector-studio: ${proposal.id} -->`);
    expect(place.audited.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['connector.propose', 'started'],
      ['connector.propose', 'ok'],
    ]);
  });

  test('keeps the mode of a file, adds files and deletes them', async () => {
    github.repository.commit(
      'main',
      { 'connectors/run.yaml': 'x' },
      { modes: { 'connectors/run.yaml': '100755' } },
    );
    const changes = [
      { path: 'connectors/run.yaml', before: 'x', after: 'y' },
      { path: 'connectors/people.yaml', before: 'a: 1\n', after: null },
      { path: 'flows/new.yml', before: null, after: '\uFEFFnew\r\n' },
    ];
    const basedOn = { path: 'connectors/people.yaml', blob: gitBlob('a: 1\n') };
    await place.proposals.propose(
      anOrder({ changesOf: () => Promise.resolve(changes), basedOn }),
      ADA,
      signal,
    );
    expect(
      git('diff', '--raw', '--abbrev=1', 'main', BRANCH)
        .split('\n')
        .map((line) => line.replace(/ \w+ \w+ (?=\w\t)/, ' ')),
    ).toEqual([
      ':100644 000000 D\tconnectors/people.yaml',
      ':100755 100755 M\tconnectors/run.yaml',
      ':000000 100644 A\tflows/new.yml',
    ]);
    expect(file('flows/new.yml')).toBe('\uFEFFnew\r\n');
  });

  test('extends the open pull request, which then shows only the newest change', async () => {
    const first = await place.proposals.propose(withJobs(), ADA, signal);
    github.repository.commit('main', { 'connectors/people.yaml': 'a: 2\n' });
    const text = ORDERS_TEXT.replace('100', '300');
    const second = await place.proposals.propose(anOrder({ title: 'Raise it more' }, text), ADA, signal);
    expect(second).toMatchObject({ id: first.id, pull: first.pull, state: 'open', title: 'Raise it more' });
    expect(github.pulls).toEqual([expect.objectContaining({ title: 'Raise it more', state: 'open' })]);
    expect(git('diff', '--name-only', `main...${BRANCH}`)).toBe(ORDERS);
    expect(file('connectors/people.yaml')).toBe('a: 2\n');
    expect(git('merge-base', '--is-ancestor', String(first.headCommit), BRANCH)).toBe('');
  });

  test("keeps a colleague's commit on the branch, in other files", async () => {
    await place.proposals.propose(withJobs(), ADA, signal);
    const theirs = github.repository.commit(BRANCH, { 'docs/note.md': 'note' }, { author: 'Carl' });
    await place.proposals.propose(anOrder({}, ORDERS_TEXT.replace('100', '300')), ADA, signal);
    expect(git('merge-base', '--is-ancestor', theirs, BRANCH)).toBe('');
    expect(file('docs/note.md')).toBe('note');
    expect(file(ORDERS)).toContain('300');
    // The second version of the proposal does not change the jobs.
    expect(file(VALUES)).toBe(VALUES_TEXT);
  });

  test("shows a colleague's commit in our file, and proposes nothing", async () => {
    await place.proposals.propose(anOrder(), ADA, signal);
    const theirs = github.repository.commit(
      BRANCH,
      { [ORDERS]: 'theirs' },
      { author: 'Carl', message: 'Fix it' },
    );
    const text = ORDERS_TEXT.replace('100', '300');
    const conflict = await conflictOf(place.proposals.propose(anOrder({}, text), ADA, signal));
    expect(conflict).toMatchObject({
      code: 'PROPOSAL_CONFLICT',
      message: expect.stringContaining('by Carl: Fix it'),
    });
    expect(conflict.conflicts).toEqual([
      {
        path: ORDERS,
        base: ORDERS_TEXT.replace('100', '200'),
        theirs: 'theirs',
        yours: text,
        changedBy: `${theirs.slice(0, 7)} by Carl: Fix it`,
      },
    ]);
    expect(git('rev-parse', BRANCH)).toBe(theirs);
  });

  test('shows both versions when the file changed on the base branch, and writes nothing', async () => {
    github.repository.commit('main', { [ORDERS]: 'newer' }, { author: 'Carl', message: 'Rewrite' });
    const conflict = await conflictOf(place.proposals.propose(anOrder(), ADA, signal));
    expect(conflict.conflicts).toMatchObject([
      { path: ORDERS, base: ORDERS_TEXT, theirs: 'newer', yours: ORDERS_TEXT.replace('100', '200') },
    ]);
    expect(github.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(await place.proposals.list({ limit: 10 })).toEqual([]);
    expect(place.audited.at(-1)).toMatchObject({
      outcome: 'refused',
      details: { code: 'PROPOSAL_CONFLICT' },
    });
  });

  test('applies the change of a shared file to its newest form', async () => {
    github.repository.commit('main', { [VALUES]: `${VALUES_TEXT}  - people\r\n` });
    await place.proposals.propose(withJobs(), ADA, signal);
    expect(file(VALUES)).toBe(`${VALUES_TEXT.replace('- orders ', '- orders-v2 ')}  - people\r\n`);
  });

  test('is refused when nothing differs, before anything is written', async () => {
    const order = anOrder({}, ORDERS_TEXT);
    await expect(place.proposals.propose(order, ADA, signal)).rejects.toMatchObject({
      code: 'PROPOSAL_EMPTY',
    });
    expect(github.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test.each(['merge', 'squash'] as const)(
    'starts afresh after a person merged the earlier one (%s)',
    async (way) => {
      const first = await place.proposals.propose(anOrder(), ADA, signal);
      github.merge(1, way === 'squash');
      const merged = ORDERS_TEXT.replace('100', '200');
      const next = anOrder(
        { basedOn: { path: ORDERS, blob: gitBlob(merged) } },
        ORDERS_TEXT.replace('100', '300'),
      );
      const second = await place.proposals.propose(next, ADA, signal);
      expect(second.id).not.toBe(first.id);
      expect(second.pull?.number).toBe(2);
      expect(await place.proposals.find(first.id)).toMatchObject({ state: 'merged' });
      expect(git('diff', '--name-only', `main...${BRANCH}`)).toBe(ORDERS);
      expect(file(ORDERS)).toContain('300');
    },
  );

  test('does not write to a branch of another person', async () => {
    const theirs = github.repository.commit(BRANCH, { 'docs/note.md': 'note' }, { author: 'Carl' });
    const conflict = await conflictOf(place.proposals.propose(anOrder(), ADA, signal));
    expect(conflict).toMatchObject({ code: 'PROPOSAL_CONFLICT', message: expect.stringContaining(BRANCH) });
    expect(git('rev-parse', BRANCH)).toBe(theirs);
    expect(github.pulls).toEqual([]);
  });

  test("does not replace another person's open proposal, unless it was begun with it", async () => {
    await place.proposals.propose(anOrder(), ADA, signal);
    const text = ORDERS_TEXT.replace('100', '300');
    const conflict = await conflictOf(place.proposals.propose(anOrder({}, text), BOB, signal));
    expect(conflict).toMatchObject({ code: 'PROPOSAL_CONFLICT', message: expect.stringContaining('Ada') });
    const basedOn = { path: ORDERS, blob: gitBlob(conflict.conflicts[0]?.theirs ?? '') };
    const extended = await place.proposals.propose(anOrder({ basedOn }, text), BOB, signal);
    expect(extended).toMatchObject({ pull: { number: 1 }, proposedBy: { name: 'Bob' } });
    expect(file(ORDERS)).toBe(text);
  });

  test('refuses paths of workflows and of Git, paths outside, and unprintable ones', async () => {
    const paths = [
      '.github/workflows/ci.yml',
      '../x',
      '/etc/x',
      'a//b',
      '.git/config',
      'a\\b',
      'a\u202Eb',
      'a"b',
    ];
    for (const path of paths) {
      const changesOf = () => Promise.resolve([{ path, before: null, after: 'x' }]);
      const proposing = place.proposals.propose(anOrder({ changesOf }), ADA, signal);
      await expect(proposing).rejects.toMatchObject({ code: 'REPOSITORY_FILE_REFUSED' });
    }
    expect(github.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test('refuses what is not the name of a connector, before any request', async () => {
    for (const connectorId of ['../x', 'a"b', 'a'.repeat(65), '{{7*7}}', '@org/team', 'a..b', '<img>', '']) {
      const proposing = place.proposals.propose(anOrder({ connectorId }), ADA, signal);
      await expect(proposing).rejects.toMatchObject({ code: 'PROPOSAL_REFUSED' });
    }
    expect(github.requests).toEqual([]);
  });

  test('needs the right to write, and mentions no person and no issue', async () => {
    const reader = { ...ADA, right: 'read' } as const;
    await expect(place.proposals.propose(anOrder(), reader, signal)).rejects.toMatchObject({
      code: 'RIGHT_MISSING',
    });
    const named = { ...ADA, name: '@org/team\nCo-authored-by: x fixes https://github.com/a/b/issues/1' };
    await place.proposals.propose(anOrder({ title: 'Fixes #12 for @ada' }), named, signal);
    expect(github.pulls[0]?.title).toBe('Fixes no. 12 for (at)ada');
    expect(git('log', '-1', '--format=%(trailers)', BRANCH)).toBe(
      'Proposed-by: (at)org/team Co-authored-by: x fixes https: //github.com/a/b/issues/1',
    );
  });

  test('learns that a pull request was merged or closed, and asks again at most once a minute', async () => {
    const { id } = await place.proposals.propose(anOrder(), ADA, signal);
    await place.proposals.refresh(signal);
    expect(await place.proposals.find(id)).toMatchObject({ state: 'open' });
    github.merge(1);
    github.requests.splice(0);
    await place.proposals.refresh(signal);
    expect(github.requests).toEqual([]);
    await place.store.change(id, { checkedAt: '2026-01-01T00:00:00.000Z' });
    await place.proposals.refresh(signal);
    expect(await place.proposals.find(id)).toMatchObject({ state: 'merged' });
  });

  test('refuses symbolic links and submodules, and does not list them', async () => {
    const modes = { 'connectors/link.yaml': '120000', 'connectors/sub': '160000' };
    const sha = github.repository.commit('main', {});
    github.repository.commit(
      'main',
      { 'connectors/link.yaml': '/etc/passwd', 'connectors/sub': sha },
      { modes },
    );
    const base = await place.proposals.base(signal);
    expect(await base.list('connectors', signal)).toEqual([ORDERS, 'connectors/people.yaml']);
    for (const path of ['connectors/link.yaml', 'connectors/sub/x.yaml', 'connectors'])
      await expect(base.read(path, signal)).rejects.toMatchObject({ code: 'REPOSITORY_FILE_REFUSED' });
    expect(await base.read('connectors/none.yaml', signal)).toBeUndefined();
    expect(await base.read(ORDERS, signal)).toEqual({ text: ORDERS_TEXT, blob: gitBlob(ORDERS_TEXT) });
  });
});
