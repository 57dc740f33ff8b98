import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BridgeError } from '../../../../src/core/errors.ts';
import { refused } from '../../../stand-ins/github/answers.ts';
import { startGithub, type Fault, type GithubStandIn } from '../../../stand-ins/github/github-stand-in.ts';
import { gitBlob } from '../../../../src/studio/git-blob.ts';
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
const RESET = Math.floor(Date.now() / 1_000) + 1_800;
const SSO_LINK = 'https://github.com/orgs/acme/sso?authorization_request=abc';
const pullError = (message: string) => ({ errors: [{ resource: 'PullRequest', code: 'custom', message }] });

let github: GithubStandIn;
let place: Awaited<ReturnType<typeof openProposalPlace>>;
const folders = temporaryFolders();

beforeEach(async () => {
  github = await startGithub({ folder: folders.make(), files: { [ORDERS]: ORDERS_TEXT } });
  place = await openProposalPlace(folders.make(), githubSettings(github));
});
afterEach(async () => {
  await place.close();
  await github.close();
  folders.removeAll();
});

async function errorOf(work: Promise<unknown>): Promise<BridgeError> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof BridgeError) return thrown;
  throw new Error(`This is not an error for users: ${String(thrown)}`);
}

/** The status and words of GitHub, the code, and parts of the message and of the hint. */
type Case = readonly [
  what: string,
  request: string,
  answer: Fault,
  code: string,
  message: RegExp,
  hint: RegExp,
];

const CASES: readonly Case[] = [
  [
    '401',
    'GET /',
    refused(401, 'Bad credentials'),
    'GITHUB_CREDENTIALS',
    /wrong, revoked or expired/,
    /Create a new token/,
  ],
  [
    '403 without a right',
    'POST /git/trees',
    refused(403, 'Resource not accessible by personal access token', {
      headers: { 'x-accepted-github-permissions': 'contents=write' },
    }),
    'GITHUB_PERMISSION',
    /lack a permission/,
    /contents=write/,
  ],
  [
    '403 of single sign-on',
    'GET /',
    refused(403, 'Resource protected by organization SAML enforcement.', {
      headers: { 'x-github-sso': `required; url=${SSO_LINK}` },
    }),
    'GITHUB_PERMISSION',
    /single sign-on/,
    /github\.com\/orgs\/acme\/sso/,
  ],
  [
    '403 of an archived repository',
    'POST /git/trees',
    refused(403, 'Repository was archived so is read-only.'),
    'GITHUB_PERMISSION',
    /is archived/,
    /Unarchive/,
  ],
  [
    '403 of the secondary limit',
    'POST /pulls',
    refused(403, 'You have exceeded a secondary rate limit.'),
    'GITHUB_LIMITED',
    /limits how fast/,
    /Try again after 20/,
  ],
  [
    '403 of the primary limit',
    'GET /',
    refused(403, 'API rate limit exceeded', {
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(RESET) },
    }),
    'GITHUB_LIMITED',
    /requests of this hour/,
    new RegExp(new Date(RESET * 1_000).toISOString()),
  ],
  [
    '404 of the repository',
    'GET /',
    refused(404, 'Not Found'),
    'GITHUB_NOT_FOUND',
    /cannot see it/,
    /GITHUB_REPO/,
  ],
  [
    '404 of the base branch',
    'GET /git/ref',
    refused(404, 'Not Found'),
    'GITHUB_NOT_FOUND',
    /has no branch main/,
    /GITHUB_BASE_BRANCH/,
  ],
  [
    '409 of an empty repository',
    'GET /git/ref',
    refused(409, 'Git Repository is empty.'),
    'GITHUB_CONFLICT',
    /is empty/,
    /first commit/,
  ],
  [
    '409 of another change',
    'POST /git/trees',
    refused(409, 'Conflict'),
    'GITHUB_CONFLICT',
    /being changed/,
    /in a moment/,
  ],
  [
    '422 of a deleted file',
    'POST /git/trees',
    refused(422, 'GitRPC::BadObjectState'),
    'GITHUB_REFUSED',
    /does not exist any more/,
    /newest version/,
  ],
  [
    '422 of a rule',
    'POST /git/refs',
    refused(422, 'Repository rule violations found'),
    'GITHUB_PERMISSION',
    /A rule of the repository/,
    /studio\//,
  ],
  [
    '422 of a blocking branch',
    'POST /git/refs',
    refused(422, 'Reference update failed'),
    'GITHUB_REFUSED',
    /cannot be created/,
    /called studio/,
  ],
  [
    '422 of an existing branch',
    'POST /git/refs',
    refused(422, 'Reference already exists'),
    'GITHUB_REFUSED',
    /exists already/,
    /again/,
  ],
  [
    '422 of another kind',
    'POST /pulls',
    refused(422, 'Validation Failed', pullError('Draft pull requests are not supported')),
    'GITHUB_REFUSED',
    /Draft pull requests are not supported/,
    /Read what GitHub wrote/,
  ],
  [
    '422 without a commit',
    'POST /pulls',
    refused(422, 'Validation Failed', pullError('No commits between main and studio/orders')),
    'PROPOSAL_EMPTY',
    /of the branch main already/,
    /close the open/,
  ],
  [
    '429',
    'POST /pulls',
    refused(429, 'Too many', { headers: { 'retry-after': '120' } }),
    'GITHUB_LIMITED',
    /not to retry before/,
    /and not before/,
  ],
  [
    '502',
    'GET /',
    refused(502, 'Server Error'),
    'GITHUB_UNREACHABLE',
    /unknown whether/,
    /checks the branch and the pull request/,
  ],
  [
    'a redirect of a write',
    'POST /git/trees',
    { status: 307, data: {}, headers: { location: '/api/v3/repositories/1/git/trees' } },
    'GITHUB_MOVED',
    /redirects/,
    /renamed or moved/,
  ],
  [
    '403 of an address',
    'GET /',
    refused(
      403,
      'Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.',
    ),
    'GITHUB_PERMISSION',
    /the address of this machine/,
    /IP allow list/,
  ],
  [
    '403 of a kind of token',
    'GET /',
    refused(403, '`acme` forbids access via a personal access token (classic).'),
    'GITHUB_PERMISSION',
    /this kind of token/,
    /fine-grained token/,
  ],
  [
    '403 of a suspended account',
    'GET /',
    refused(403, 'Sorry. Your account was suspended.'),
    'GITHUB_PERMISSION',
    /is suspended/,
    /owner of the organisation/,
  ],
  [
    '451 of a blocked repository',
    'GET /',
    refused(451, 'Repository access blocked'),
    'GITHUB_PERMISSION',
    /has locked/,
    /page of the repository/,
  ],
  [
    '409 of a secret',
    'POST /git/trees',
    refused(409, 'Repository rule violations found\n\nSecret detected in content'),
    'GITHUB_PERMISSION',
    /looks like a secret/,
    /replace the secret itself/,
  ],
  [
    '422 of signed commits',
    'POST /git/refs',
    refused(422, 'Repository rule violations found\n\nCommits must have verified signatures.'),
    'GITHUB_PERMISSION',
    /requires signed commits/,
    /GitHub signs the commits of an app/,
  ],
  [
    '422 of a commit that is not known yet',
    'POST /git/refs',
    refused(422, 'Object does not exist'),
    'GITHUB_REFUSED',
    /does not know the new commit/,
    /in a moment/,
  ],
  [
    '422 of an update',
    'POST /git/refs',
    refused(422, 'Reference cannot be updated'),
    'GITHUB_REFUSED',
    /cannot be updated/,
    /protection rules/,
  ],
  [
    '422 of a deleted base branch',
    'POST /pulls',
    refused(422, 'Validation Failed', {
      errors: [{ resource: 'PullRequest', field: 'base', code: 'invalid' }],
    }),
    'GITHUB_REFUSED',
    /base branch does not exist/,
    /GITHUB_BASE_BRANCH/,
  ],
  [
    'a cut connection',
    'GET /git/ref',
    'cut before',
    'GITHUB_UNREACHABLE',
    /failed: /,
    /checks the branch and the pull request/,
  ],
  [
    'a renamed repository',
    'GET /',
    {
      status: 200,
      data: { full_name: 'acme/renamed', default_branch: 'main', permissions: { push: true } },
    },
    'GITHUB_MOVED',
    /is called acme\/renamed now/,
    /GITHUB_REPO to acme\/renamed/,
  ],
  [
    'a login page',
    'GET /',
    { status: 200, data: 'Log in', headers: {} },
    'GITHUB_REFUSED',
    /has no text at full_name/,
    /GITHUB_API_URL/,
  ],
];

describe('a failure of GitHub', () => {
  test('has its own sentence and hint for each status, is recorded without the token, and leaves nothing half done', async () => {
    const sentences = new Set<string>();
    for (const [what, request, answer, code, message, hint] of CASES) {
      github.fault = ({ name }) => (name === request ? answer : undefined);
      const error = await errorOf(place.proposals.propose(anOrder(), ADA, signal));
      expect({ what, code: error.code, message: error.message, hint: error.hint }).toEqual({
        what,
        code,
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      });
      expect(`${error.message} ${error.hint ?? ''}`).not.toContain(github.token);
      sentences.add(`${error.message.replace(/\(.*/s, '')} ${error.hint ?? ''}`);
      expect(place.audited.at(-1)).toMatchObject({
        outcome: code === 'PROPOSAL_EMPTY' ? 'refused' : 'failed',
        details: { code },
      });
      expect(github.pulls).toEqual([]);
      // The next case begins without what this one left, such as a branch without a pull request.
      github.repository.git(['update-ref', '-d', 'refs/heads/studio/orders']);
    }
    expect(sentences.size).toBe(CASES.length);
    github.fault = () => undefined;
    await expect(place.proposals.propose(anOrder(), ADA, signal)).resolves.toMatchObject({ state: 'open' });
    expect(github.pulls.length).toBe(1);
  }, 60_000);

  test('says when the next attempt may begin', async () => {
    github.fault = () => refused(429, 'Too many', { headers: { 'retry-after': '120' } });
    const { nextRunAfter, retryable } = await errorOf(place.proposals.propose(anOrder(), ADA, signal));
    expect(Math.abs((nextRunAfter?.getTime() ?? 0) - Date.now() - 120_000)).toBeLessThan(60_000);
    expect(retryable).toBe(true);
    expect(github.requests.length).toBe(1);
  });

  test('of a write is never sent again by itself, and of a read twice', async () => {
    github.fault = ({ method }) => (method === 'POST' ? refused(502, 'Server Error') : undefined);
    await errorOf(place.proposals.propose(anOrder(), ADA, signal));
    expect(github.requests.filter(({ method }) => method === 'POST').length).toBe(1);
    github.requests.splice(0);
    github.fault = () => refused(502, 'Server Error');
    await errorOf(place.proposals.propose(anOrder(), ADA, signal));
    expect(github.requests.length).toBe(3);
  });

  test('of the pull request alone is made good by the next attempt, which adopts the branch', async () => {
    github.permissions = { contents: 'write', pullRequests: 'read' };
    expect(await errorOf(place.proposals.propose(anOrder(), ADA, signal))).toMatchObject({
      message: expect.stringContaining('The branch studio/orders may have the change already'),
      hint: expect.stringContaining('pull_requests=write'),
    });
    const written = github.repository.branch('studio/orders');
    expect(await place.proposals.list({ limit: 5 })).toMatchObject([
      { state: 'branch', error: { code: 'GITHUB_PERMISSION' } },
    ]);
    github.permissions = { contents: 'write', pullRequests: 'write' };
    await expect(place.proposals.propose(anOrder(), ADA, signal)).resolves.toMatchObject({
      pull: { number: 1 },
      headCommit: written,
    });
  });

  test('of a new branch that GitHub does not know everywhere yet is waited for', async () => {
    let refusals = 2;
    const invalid = refused(422, 'Validation Failed', {
      errors: [{ resource: 'PullRequest', field: 'head', code: 'invalid' }],
    });
    github.fault = ({ name }) => (name === 'POST /pulls' && refusals-- > 0 ? invalid : undefined);
    await expect(place.proposals.propose(anOrder(), ADA, signal)).resolves.toMatchObject({ state: 'open' });
  });

  test('of a branch that moves or disappears during the attempt is followed by a new comparison', async () => {
    const propose = (size: number) =>
      place.proposals.propose(anOrder({}, ORDERS_TEXT.replace('100', String(size))), ADA, signal);
    await propose(200);
    const during = (request: string, work: () => void) => {
      let isDone = false;
      github.fault = ({ name }) => {
        if (name === request && !isDone) {
          isDone = true;
          work();
        }
        return undefined;
      };
    };
    during('PATCH /git/refs', () => github.repository.commit('studio/orders', { 'note.md': 'note' }));
    await expect(propose(300)).resolves.toMatchObject({ pull: { number: 1 } });
    expect(github.repository.git(['show', 'studio/orders:note.md'])).toBe('note');

    during('PATCH /git/refs', () => {
      github.deleteBranch('studio/orders');
    });
    await expect(propose(400)).resolves.toMatchObject({ state: 'open', pull: { number: 2 } });

    // Its commit reaches the branch of a pull request that was merged without it.
    during('PATCH /git/refs', () => {
      github.merge(2, true);
    });
    const basedOn = { path: ORDERS, blob: gitBlob(ORDERS_TEXT.replace('100', '400')) };
    const text = ORDERS_TEXT.replace('100', '500');
    await expect(place.proposals.propose(anOrder({ basedOn }, text), ADA, signal)).resolves.toMatchObject({
      state: 'open',
      pull: { number: 3 },
    });
    const states = (await place.proposals.list({ limit: 5 })).map(({ state }) => state);
    expect(states).toEqual(['open', 'merged', 'closed']);
    expect(github.repository.git(['diff', '--name-only', 'main...studio/orders'])).toBe(ORDERS);
  });

  test('of a refused or lost response is made good when the text of the pull request is written again', async () => {
    await place.proposals.propose(anOrder(), ADA, signal);
    let losses = 1;
    github.fault = ({ name }) => (name === 'PATCH /pulls' && losses-- > 0 ? 'cut after' : undefined);
    const order = anOrder({ title: 'Again' }, ORDERS_TEXT.replace('100', '300'));
    await expect(place.proposals.propose(order, ADA, signal)).resolves.toMatchObject({ error: null });
    expect(github.pulls).toMatchObject([{ title: 'Again' }]);
  });

  test('is named when credentials may not write, before anything is written', async () => {
    github.permissions = { contents: 'read', pullRequests: 'read' };
    expect((await errorOf(place.proposals.propose(anOrder(), ADA, signal))).message).toMatch(/may not write/);
    expect(github.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});

describe('proposals of one repository', () => {
  test('are written one after the other', async () => {
    const timing = { ...QUICK, leaseMs: 60_000, busyMs: 60_000 };
    const patient = await openProposalPlace(folders.make(), githubSettings(github), { timing });
    const [first, second] = await Promise.all([
      patient.proposals.propose(anOrder(), ADA, signal),
      patient.proposals.propose(anOrder(), ADA, signal),
    ]);
    await patient.close();
    expect(first.pull).toEqual(second.pull);
    expect(github.pulls.length).toBe(1);
    expect(github.repository.git(['rev-list', '--count', 'main..studio/orders'])).toBe('1');
  });

  test('wait for another one only as long as is allowed', async () => {
    const timing = { ...QUICK, busyMs: 1 };
    const impatient = await openProposalPlace(folders.make(), githubSettings(github), { timing });
    const lease = await impatient.store.takeLease('acme/connectors', 60_000);
    await expect(impatient.proposals.propose(anOrder(), ADA, signal)).rejects.toMatchObject({
      code: 'PROPOSAL_BUSY',
    });
    await lease?.release();
    await expect(impatient.proposals.propose(anOrder(), ADA, signal)).resolves.toMatchObject({
      state: 'open',
    });
    await impatient.close();
  });
});
