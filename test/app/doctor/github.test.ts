import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { githubFindings } from '../../../src/app/doctor/github.ts';
import { tokenExpiryWarning } from '../../../src/studio/github/token-expiry.ts';
import { startGithub, type GithubStandIn } from '../../stand-ins/github/github-stand-in.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { githubSettings } from '../../support/studio/proposal-place.ts';

const signal = new AbortController().signal;
const folders = temporaryFolders();
let github: GithubStandIn;

beforeAll(async () => {
  github = await startGithub({ folder: folders.make(), files: { 'a.txt': 'a' } });
});
afterAll(async () => {
  await github.close();
  folders.removeAll();
});

describe('the check of GitHub', () => {
  test('says nothing without credentials, and that changes can be proposed with usable ones', async () => {
    expect(await githubFindings(undefined, signal)).toEqual([]);
    expect(await githubFindings(githubSettings(github), signal)).toMatchObject([
      { subject: 'github', status: 'ok' },
    ]);
  });

  test('warns about a repository that is archived, and about a token that is refused', async () => {
    github.archived = true;
    expect(await githubFindings(githubSettings(github), signal)).toMatchObject([
      { status: 'warn', message: expect.stringContaining('archived') },
    ]);
    github.archived = false;
    const wrong = githubSettings({ ...github, token: 'ghp_wrong' });
    expect(await githubFindings(wrong, signal)).toMatchObject([
      { subject: 'github', status: 'warn', fix: expect.any(String) },
    ]);
  });

  test.each([
    ['2026-12-14T00:00:00Z', 'The token of GitHub expires on 2026-12-14.'],
    ['2026-12-16T00:00:00Z', undefined],
  ])('warns 14 days before a token expires (%s)', (expires, warning) => {
    const now = new Date('2026-12-01T00:00:00Z');
    expect(tokenExpiryWarning(new Date(expires), now)).toBe(warning);
    expect(tokenExpiryWarning(undefined, now)).toBeUndefined();
  });
});
