import { silentLogger } from '../../core/log.ts';
import { createRedactor } from '../../core/secrets/redact.ts';
import { systemClock } from '../../core/time/clock.ts';
import { GithubApi } from '../../studio/github/api.ts';
import {
  movedHint,
  movedSentence,
  readRepository,
  type RemoteRepository,
} from '../../studio/github/git-database.ts';
import type { GithubSettings } from '../../studio/github/settings.ts';
import { TOKEN_EXPIRY_FIX, tokenExpiryWarning } from '../../studio/github/token-expiry.ts';
import { PROPOSAL_RETRY_MS } from '../limits.ts';
import { checkAdvisory, ok, warn, type DoctorFinding } from './finding.ts';

/** Whether Studio could propose changes. Runs do not need GitHub, so that every fault is only a warning. Writes nothing. */
export function githubFindings(
  settings: GithubSettings | undefined,
  signal: AbortSignal,
): Promise<DoctorFinding[]> {
  if (settings === undefined) return Promise.resolve([]);
  return checkAdvisory('github', signal, async (limited) => {
    const redactor = createRedactor();
    const api = new GithubApi({
      settings,
      redactor,
      clock: systemClock,
      log: silentLogger,
      retryMs: PROPOSAL_RETRY_MS,
    });
    try {
      return findingsOf(api.repository, await readRepository(api, limited), systemClock.now());
    } finally {
      await api.close();
    }
  });
}

function findingsOf(repository: string, remote: RemoteRepository, now: Date): DoctorFinding[] {
  const { archived, mayPush, tokenExpires } = remote;
  const findings: DoctorFinding[] = [];
  const moved = movedSentence(remote, repository);
  if (moved !== undefined) findings.push(warn('github', moved, movedHint(remote)));
  if (archived) {
    const fix = 'Unarchive it, or set GITHUB_REPO to another repository.';
    findings.push(warn('github', `The repository ${repository} is archived, so it cannot be changed.`, fix));
  }
  if (!mayPush) {
    const fix = 'Give them read and write access to Contents and Pull requests.';
    findings.push(warn('github', `The credentials may not write to the repository ${repository}.`, fix));
  }
  const expiry = tokenExpiryWarning(tokenExpires, now);
  if (expiry !== undefined) findings.push(warn('github', expiry, TOKEN_EXPIRY_FIX));
  if (findings.length > 0) return findings;
  return [ok('github', `The repository ${repository} can be read, and changes can be proposed.`)];
}
