import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Octokit as Core } from '@octokit/core';
import { Octokit } from '@octokit/rest';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { startGithub, type GithubStandIn } from './github-stand-in.ts';

const folders = temporaryFolders();
let github: GithubStandIn;
let repo: { owner: string; repo: string };

beforeEach(async () => {
  github = await startGithub({ folder: folders.make(), files: { 'a.txt': 'a\n', 'b/c.txt': 'c\n' } });
  repo = { owner: github.owner, repo: github.name };
});
afterEach(async () => {
  await github.close();
  folders.removeAll();
});

const ignore = () => undefined;
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const options = () => ({ baseUrl: github.apiUrl, auth: github.token, log });
const refusalOf = (work: Promise<unknown>) =>
  work.then(
    () => ({ status: 0, message: '' }),
    (thrown: unknown) => thrown as { status: number; message: string },
  );

describe('the stand-in for GitHub', () => {
  test('takes a change from @octokit/rest, and git can clone, log and diff it', async () => {
    const { git, pulls } = new Octokit(options());
    const base = (await git.getRef({ ...repo, ref: 'heads/main' })).data.object.sha;
    const tree = await git.createTree({
      ...repo,
      base_tree: (await git.getCommit({ ...repo, commit_sha: base })).data.tree.sha,
      tree: [
        { path: 'a.txt', mode: '100644', type: 'blob', content: 'changed\n' },
        { path: 'b/c.txt', mode: '100644', type: 'blob', sha: null },
      ],
    });
    const commit = await git.createCommit({
      ...repo,
      message: 'Change a',
      tree: tree.data.sha,
      parents: [base],
    });
    await git.createRef({ ...repo, ref: 'refs/heads/studio/x', sha: commit.data.sha });
    const pull = await pulls.create({ ...repo, title: 'Change', head: 'studio/x', base: 'main' });
    const { data } = await pulls.list({ ...repo, head: `${github.owner}:studio/x` });
    expect(data.map(({ number }) => number)).toEqual([pull.data.number]);
    const clone = folders.make();
    const run = (...args: readonly string[]) =>
      execFileSync('git', args, { cwd: clone, stdio: 'pipe' }).toString();
    run('clone', '--quiet', '--branch', 'studio/x', github.repository.folder, '.');
    expect(run('log', '--format=%s')).toBe('Change a\nAdd files\n');
    expect(run('diff', '--stat', 'origin/main', 'HEAD')).toMatch(
      /2 files changed, 1 insertion\(\+\), 2 deletions/,
    );
    expect(readFileSync(join(clone, 'a.txt'), 'utf8')).toBe('changed\n');
  });

  test('refuses to @octokit/core what GitHub refuses, in its words', async () => {
    const octokit = new Core(options());
    const main = github.repository.branch('main') ?? '';
    const other = github.repository.commit('other', { x: 'x' });
    const refs = (ref: string, sha = main) =>
      octokit.request('POST /repos/{owner}/{repo}/git/refs', { ...repo, ref, sha });
    await refs('refs/heads/studio');
    const refusals = [
      refs('heads/x'),
      refs('refs/heads/studio'),
      refs('refs/heads/studio/x'),
      refs('refs/heads/a..b'),
      octokit.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', {
        ...repo,
        ref: 'heads/other',
        sha: main,
      }),
      octokit.request('POST /repos/{owner}/{repo}/git/trees', {
        ...repo,
        base_tree: main,
        tree: [{ path: 'none', mode: '100644', type: 'blob', sha: null }],
      }),
      octokit.request('POST /repos/{owner}/{repo}/pulls', {
        ...repo,
        title: 'x',
        head: 'studio',
        base: 'main',
      }),
      octokit.request('POST /repos/{owner}/{repo}/pulls', {
        ...repo,
        title: 'x',
        head: 'none',
        base: 'main',
      }),
      new Core({ ...options(), auth: 'wrong' }).request('GET /repos/{owner}/{repo}', repo),
    ];
    const messages = await Promise.all(refusals.map(async (each) => (await refusalOf(each)).message));
    expect(messages).toEqual([
      expect.stringContaining('two slashes'),
      expect.stringContaining('Reference already exists'),
      expect.stringContaining('Reference update failed'),
      expect.stringContaining('Reference update failed'),
      expect.stringContaining('not a fast forward'),
      expect.stringContaining('BadObjectState'),
      expect.stringContaining('No commits between main and studio'),
      expect.stringContaining('invalid'),
      expect.stringContaining('Bad credentials'),
    ]);
    expect(github.repository.branch('other')).toBe(other);
  });

  test('answers an unchanged pull request with 304, and ignores a filter by head without an owner', async () => {
    github.repository.commit('studio/x', { 'a.txt': 'b' });
    const octokit = new Octokit(options());
    const { data } = await octokit.pulls.create({ ...repo, title: 'x', head: 'studio/x', base: 'main' });
    const { headers } = await octokit.pulls.get({ ...repo, pull_number: data.number });
    const unchanged = octokit.pulls.get({
      ...repo,
      pull_number: data.number,
      headers: { 'if-none-match': headers.etag ?? '' },
    });
    expect((await refusalOf(unchanged)).status).toBe(304);
    expect((await octokit.pulls.list({ ...repo, head: 'none' })).data.length).toBe(1);
    expect((await octokit.pulls.list({ ...repo, head: `${github.owner}:none` })).data.length).toBe(0);
  });
});
