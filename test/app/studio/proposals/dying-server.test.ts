import { cpSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ProposalOrder } from '../../../../src/app/studio/proposals/proposal-service.ts';
import { gitBlob } from '../../../../src/studio/git-blob.ts';
import { startGithub, type GithubStandIn } from '../../../stand-ins/github/github-stand-in.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';
import {
  ADA,
  anOrder,
  githubSettings,
  openProposalPlace,
  ORDERS,
  ORDERS_TEXT,
  QUICK,
} from '../../../support/studio/proposal-place.ts';

const signal = new AbortController().signal;
const BRANCH = 'studio/orders';
const VALUES = 'values.yaml';
const NOTE = 'docs/note.md';
const BASE = { [ORDERS]: ORDERS_TEXT, [VALUES]: 'jobs: []\n', 'a.txt': 'a\n' };
const sized = (size: number) => ORDERS_TEXT.replace('100', String(size));

/** Gives the files these texts; null deletes one. */
function order(texts: Readonly<Record<string, string | null>>, more: Partial<ProposalOrder> = {}) {
  return anOrder({
    changesOf: async (base, at) => {
      const changes = [];
      for (const [path, after] of Object.entries(texts))
        changes.push({ path, before: (await base.read(path, at))?.text ?? null, after });
      return changes;
    },
    ...more,
  });
}

interface Scene {
  /** What was proposed, and what people did, before the server is killed. */
  readonly before: (propose: (wanted: ProposalOrder) => Promise<unknown>) => Promise<unknown>;
  readonly order: ProposalOrder;
  /** The requests that change something, in their order. */
  readonly writes: readonly string[];
  /** The difference of the branch from the base branch once the proposal is complete. */
  readonly files: Readonly<Record<string, string | null>>;
  readonly pull: number;
}

let github: GithubStandIn;
const COMMIT = ['POST /git/trees', 'POST /git/commits'];
const EXTEND = [...COMMIT, 'PATCH /git/refs', 'PATCH /pulls'];
const FIRST = order({ [ORDERS]: sized(200), [VALUES]: 'jobs: [orders]\n' });

const SCENES: Readonly<Record<string, Scene>> = {
  'an extended one': {
    before: (propose) => propose(FIRST),
    order: order({ [ORDERS]: sized(300) }),
    writes: EXTEND,
    files: { [ORDERS]: sized(300) },
    pull: 1,
  },
  'an extended one whose base moved': {
    before: async (propose) => {
      await propose(FIRST);
      github.repository.commit('main', { 'a.txt': 'b\n' });
    },
    order: order({ [ORDERS]: sized(300) }),
    writes: EXTEND,
    files: { [ORDERS]: sized(300) },
    pull: 1,
  },
  "one with a colleague's commit, which drops a file": {
    before: async (propose) => {
      await propose(FIRST);
      github.repository.commit(BRANCH, { [NOTE]: 'note\n' }, { author: 'Carl' });
    },
    order: order({ [ORDERS]: sized(300) }),
    writes: EXTEND,
    files: { [NOTE]: 'note\n', [ORDERS]: sized(300) },
    pull: 1,
  },
  'a deletion in place of an edit': {
    before: (propose) => propose(FIRST),
    order: order(
      { [ORDERS]: null, [VALUES]: 'jobs: []\n' },
      { action: 'delete', basedOn: { path: ORDERS, blob: gitBlob(sized(200)) } },
    ),
    writes: EXTEND,
    files: { [ORDERS]: null },
    pull: 1,
  },
  'one after a closed one': {
    before: async (propose) => {
      await propose(FIRST);
      Object.assign(github.pulls[0] ?? {}, { state: 'closed' });
    },
    order: order({ [ORDERS]: sized(300) }),
    writes: [...COMMIT, 'PATCH /git/refs', 'POST /pulls'],
    files: { [ORDERS]: sized(300) },
    pull: 2,
  },
  'one after a merged one': {
    before: async (propose) => {
      await propose(FIRST);
      github.merge(1, true);
    },
    order: order({ [ORDERS]: sized(300) }, { basedOn: { path: ORDERS, blob: gitBlob(sized(200)) } }),
    writes: [...COMMIT, 'PATCH /git/refs', 'POST /pulls'],
    files: { [ORDERS]: sized(300) },
    pull: 2,
  },
};

const folders = temporaryFolders();
beforeEach(async () => {
  github = await startGithub({ folder: folders.make(), files: BASE });
});
afterEach(async () => {
  await github.close();
  folders.removeAll();
});

/**
 * A server that is killed at a request: nothing reaches GitHub or its database from then on. The process in interrupted.test.ts ends
 * in the same way; it takes too long for every request of every scene.
 */
async function killedAt(folder: string, wanted: ProposalOrder, number: number, when: 'before' | 'after') {
  let isDead = false;
  const place = await openProposalPlace(folder, githubSettings(github), {
    timing: { ...QUICK, leaseMs: 1 },
    storeOf: (store) => {
      const alive =
        <Arguments extends readonly unknown[], Result>(call: (...args: Arguments) => Promise<Result>) =>
        (...args: Arguments) =>
          isDead ? Promise.reject(new Error('The server is dead.')) : call(...args);
      return {
        ...store,
        change: alive((...args: Parameters<typeof store.change>) => store.change(...args)),
        begin: alive((...args: Parameters<typeof store.begin>) => store.begin(...args)),
      };
    },
  });
  github.requests.splice(0);
  github.fault = (_request, count) => {
    if (count < number) return undefined;
    isDead = true;
    return count === number && when === 'after' ? 'cut after' : 'cut before';
  };
  await place.proposals.propose(wanted, ADA, signal).catch(() => undefined);
  github.fault = () => undefined;
  await place.close();
  expect(isDead).toBe(true);
}

async function propose(folder: string, wanted: ProposalOrder) {
  const place = await openProposalPlace(folder, githubSettings(github));
  try {
    github.requests.splice(0);
    return await place.proposals.propose(wanted, ADA, signal);
  } finally {
    await place.close();
  }
}

const git = (...args: readonly string[]) => github.repository.git(args);

/** The names of the changed files, with their texts. */
function difference(): Record<string, string | null> {
  const names = git('diff', '--name-only', '--no-renames', `main...${BRANCH}`).split('\n');
  const text = (path: string) => {
    try {
      return github.repository.bytes(['show', `${BRANCH}:${path}`]).toString();
    } catch {
      return null;
    }
  };
  return Object.fromEntries(names.map((path) => [path, text(path)]));
}

/** Returns the state of GitHub as it is now, with a copy of the server's database. */
function remember(origin: string): () => string {
  const refs = git('for-each-ref', '--format=update %(refname) %(objectname)');
  const pulls = structuredClone(github.pulls);
  return () => {
    const now = git('for-each-ref', '--format=delete %(refname)').split('\n');
    const created = now.filter((line) => !refs.includes(`${line.replace('delete', 'update')} `));
    github.repository.git(['update-ref', '--stdin'], [...created, ...refs.split('\n'), ''].join('\n'));
    github.pulls.splice(0, github.pulls.length, ...structuredClone(pulls));
    const folder = folders.make();
    cpSync(origin, folder, { recursive: true });
    return folder;
  };
}

/** Requests that only read change nothing, so that of those only the last one is interesting. */
function momentsOf(requests: readonly { readonly name: string; readonly method: string }[]) {
  const firstWrite = requests.findIndex(({ method }) => method !== 'GET');
  return requests.flatMap(({ name, method }, index) => {
    const at = { number: index + 1, name };
    if (method !== 'GET')
      return [
        { ...at, when: 'before' as const },
        { ...at, when: 'after' as const },
      ];
    return index === firstWrite - 1 ? [{ ...at, when: 'before' as const }] : [];
  });
}

describe('a proposal of a server that is killed', () => {
  test.each(Object.entries(SCENES))(
    'is complete and single after the next attempt, whatever the request: %s',
    async (_name, { before, order: wanted, writes, files, pull }) => {
      const origin = folders.make();
      await before((each) => propose(origin, each));
      const reset = remember(origin);
      await propose(reset(), wanted);
      const requests = [...github.requests];
      const written = requests.filter(({ method }) => method !== 'GET');
      expect([written.map(({ name }) => name), difference()]).toEqual([writes, files]);
      for (const { number, name, when } of momentsOf(requests)) {
        const folder = reset();
        await killedAt(folder, wanted, number, when);
        const done = await propose(folder, wanted);
        expect({ moment: `${when} ${name}`, files: difference(), done, pulls: github.pulls }).toEqual({
          moment: `${when} ${name}`,
          files,
          done: expect.objectContaining({
            state: 'open',
            error: null,
            pull: expect.objectContaining({ number: pull }),
          }),
          pulls: Array.from({ length: pull }, () => expect.anything()),
        });
      }
    },
    120_000,
  );
});
