import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startGithub, type GithubStandIn } from '../../../stand-ins/github/github-stand-in.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';
import {
  ADA,
  anOrder,
  githubSettings,
  openProposalPlace,
  ORDERS,
  ORDERS_TEXT,
} from '../../../support/studio/proposal-place.ts';

const CHILD = fileURLToPath(new URL('../../../support/studio/proposal-child.ts', import.meta.url));
const signal = new AbortController().signal;
const BRANCH = 'studio/orders';
/** The requests of a first proposal, in their order. */
const REQUESTS = [
  'GET /',
  'GET /git/ref',
  'GET /git/commits',
  'GET /git/ref',
  'GET /pulls',
  'GET /git/trees',
  'GET /git/blobs',
  'POST /git/trees',
  'POST /git/commits',
  'POST /git/refs',
  'POST /pulls',
];
const CUTS = ['cut before', 'cut after'] as const;
const WRITES = REQUESTS.flatMap((name, index) => (name.startsWith('POST') ? [index + 1] : []));

let github: GithubStandIn;
const folders = temporaryFolders();

beforeEach(async () => {
  github = await startGithub({ folder: folders.make(), files: { [ORDERS]: ORDERS_TEXT } });
});
afterEach(async () => {
  await github.close();
  folders.removeAll();
});

/** Proposes the same change again, as a person does, with the state that is left. */
async function expectOneProposal(folder: string): Promise<void> {
  github.fault = () => undefined;
  const place = await openProposalPlace(folder, githubSettings(github));
  try {
    const proposal = await place.proposals.propose(anOrder(), ADA, signal);
    expect(proposal).toMatchObject({ state: 'open', pull: { number: 1 }, error: null });
    expect(github.pulls.length).toBe(1);
    expect(github.repository.git(['rev-list', '--count', `main..${BRANCH}`])).toBe('1');
    expect(github.repository.git(['diff', '--name-only', 'main', BRANCH])).toBe(ORDERS);
    const live = (await place.store.list({ limit: 10 })).filter(({ state }) => state !== 'failed');
    expect(live.map(({ id }) => id)).toEqual([proposal.id]);
  } finally {
    await place.close();
  }
}

/** Nothing is visible, or the branch and the pull request are complete. */
function expectNothingHalfDone(): void {
  const branch = github.repository.branch(BRANCH);
  if (branch === undefined) expect(github.pulls).toEqual([]);
  else expect(github.repository.git(['rev-list', '--count', `main..${branch}`])).toBe('1');
}

describe('a proposal whose process ends', () => {
  test('has these requests', async () => {
    const place = await openProposalPlace(folders.make(), githubSettings(github));
    await place.proposals.propose(anOrder(), ADA, signal);
    await place.close();
    expect(github.requests.map(({ name }) => name)).toEqual(REQUESTS);
  });

  test.each(REQUESTS.map((name, index) => [index + 1, name] as const))(
    'is completed by the next attempt when every connection is lost from request %i on (%s)',
    async (number) => {
      // A request that only reads has no effect.
      for (const when of WRITES.includes(number) ? CUTS : CUTS.slice(0, 1)) {
        const folder = folders.make();
        const place = await openProposalPlace(folder, githubSettings(github));
        github.requests.splice(0);
        github.fault = (_request, count) =>
          count === number ? when : count > number ? 'cut before' : undefined;
        await expect(place.proposals.propose(anOrder(), ADA, signal)).rejects.toMatchObject({
          code: 'GITHUB_UNREACHABLE',
        });
        await place.close();
        expectNothingHalfDone();
        await expectOneProposal(folder);
        github.pulls.splice(0);
        github.repository.git(['update-ref', '-d', `refs/heads/${BRANCH}`]);
      }
    },
  );

  test('succeeds when only one connection is lost after the request took effect', async () => {
    for (const number of WRITES.slice(2)) {
      const place = await openProposalPlace(folders.make(), githubSettings(github));
      github.requests.splice(0);
      github.fault = (_request, count) => (count === number ? 'cut after' : undefined);
      await expect(place.proposals.propose(anOrder(), ADA, signal)).resolves.toMatchObject({ state: 'open' });
      await place.close();
      expect(github.pulls.length).toBe(1);
      github.pulls.splice(0);
      github.repository.git(['update-ref', '-d', `refs/heads/${BRANCH}`]);
    }
  });

  // dying-server.test.ts has all requests; a process shows that nothing but a signal is needed to end as it assumes.
  test.each(WRITES.slice(2))(
    'is completed by the next attempt after SIGKILL at request %i, when it took effect',
    async (number) => {
      const folder = folders.make();
      const place = { apiUrl: github.apiUrl, owner: github.owner, name: github.name, token: github.token };
      const child = spawn(
        process.execPath,
        [
          '--conditions=development',
          // It shares the place with this file, so it is not one that the built program could run.
          ...['--import', import.meta.resolve('tsx'), CHILD],
          folder,
          JSON.stringify(place),
        ],
        { stdio: 'ignore' },
      );
      const ended = killedAt(child, number);
      expect(await ended).toBe('SIGKILL');
      expectNothingHalfDone();
      await expectOneProposal(folder);
    },
    60_000,
  );
});

/** Kills the process at a request that takes effect, which the process cannot learn. */
async function killedAt(child: ChildProcess, number: number) {
  github.fault = (_request, count) => {
    if (count < number) return undefined;
    child.kill('SIGKILL');
    return count === number ? 'cut after' : 'cut before';
  };
  const [, endedBy] = (await once(child, 'exit')) as [number | null, string | null];
  return endedBy;
}
