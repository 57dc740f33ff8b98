import { appVerdict } from './app-verdict.ts';
import type { GithubAnswer } from './client.ts';
import { forbidden, limitOf, ruleVerdict } from './forbidden.ts';
import { CHECKS_FIRST, type Asked, type Verdict } from './verdict.ts';

/** What a response means that is not a success. @param words what GitHub wrote */
export function verdictOf(answer: GithubAnswer, words: string, asked: Asked): Verdict {
  const { status } = answer;
  const limited = limitOf(answer, words, asked.now);
  if (limited !== undefined) return limited;
  const ofApp = asked.isSignIn ? appVerdict(status, words, asked) : undefined;
  if (ofApp !== undefined) return ofApp;
  if (status === 401) return refusedCredentials(asked);
  if (status === 403 || status === 451) return forbidden(answer, words, asked);
  if (status === 404 || status === 410) {
    return {
      code: 'GITHUB_NOT_FOUND',
      what: `GitHub found nothing for this request in ${asked.repository}, or the credentials cannot see it`,
      hint: 'Check GITHUB_REPO and GITHUB_BASE_BRANCH, and that the credentials include this repository with the permissions Contents and Pull requests.',
    };
  }
  if (status === 407) {
    const hint = 'Put the user and the password of the proxy into HTTPS_PROXY.';
    return { code: 'GITHUB_UNREACHABLE', what: 'The proxy asks for a user and a password', hint };
  }
  if (status === 409) return conflict(words, asked);
  if (status === 408 || status >= 500) {
    return {
      code: 'GITHUB_UNREACHABLE',
      what: 'GitHub failed, and it is unknown whether the request took effect',
      hint: CHECKS_FIRST,
    };
  }
  return unprocessable(status, words, asked);
}

function refusedCredentials({ signsInAs }: Asked): Verdict {
  const code = 'GITHUB_CREDENTIALS';
  return signsInAs === 'token'
    ? {
        code,
        what: 'GitHub refuses the credentials: the token is wrong, revoked or expired',
        hint: 'Create a new token and set GITHUB_TOKEN. A retry does not help.',
      }
    : {
        code,
        what: 'GitHub refuses the token of the installation of the app, which it gave itself',
        hint: 'Check whether the app is still installed, then try again: a new token is requested.',
      };
}

/** Rules are refused with 409 too, depending on the request. */
function conflict(words: string, asked: Asked): Verdict {
  const code = 'GITHUB_CONFLICT';
  if (/empty/i.test(words)) {
    const hint = 'Create its base branch with a first commit, such as a README.';
    return { code, what: `The repository ${asked.repository} is empty`, hint };
  }
  const ofRule = ruleVerdict(words, asked);
  if (ofRule !== undefined) return ofRule;
  const what = `The repository ${asked.repository} is being changed by another request`;
  return { code, what, hint: 'Try again in a moment.' };
}

interface Refusal {
  readonly words: RegExp;
  readonly what: string;
  readonly hint: string;
}

/** The refusals of the status 422 by what GitHub writes; it has no codes for them. */
const REFUSALS: readonly Refusal[] = [
  {
    words: /BadObjectState/,
    what: 'A file that is to be deleted does not exist any more',
    hint: 'Open the page again, and propose the change from the newest version.',
  },
  {
    words: /Reference update failed/i,
    what: 'The branch cannot be created',
    hint: 'Delete a branch that is called studio: its name prevents branches that start with studio/. If there is none, allow the credentials to create branches that start with studio/ in the protection rules of the repository.',
  },
  {
    words: /Reference cannot be updated/i,
    what: 'The branch cannot be updated',
    hint: 'Try again. If it fails again, allow the credentials to update branches that start with studio/ in the protection rules of the repository.',
  },
  {
    words: /Reference does not exist/i,
    what: 'The branch was deleted in the meantime',
    hint: 'Propose the change again; the branch is then created.',
  },
  {
    words: /Object does not exist/i,
    what: 'GitHub does not know the new commit everywhere yet',
    hint: 'Try again in a moment.',
  },
  {
    words: /not a fast forward/i,
    what: 'Another commit reached the branch first',
    hint: 'Propose the change again; it is then compared with the newest commit.',
  },
  {
    words: /already exists/i,
    what: 'The branch or the pull request exists already',
    hint: 'Propose the change again; what exists is then found and extended.',
  },
  {
    words: /\bbase invalid\b/i,
    what: 'The base branch does not exist any more',
    hint: 'Check GITHUB_BASE_BRANCH; leave it out for the default branch of the repository.',
  },
];

function unprocessable(status: number, words: string, asked: Asked): Verdict {
  const code = 'GITHUB_REFUSED';
  const ofRule = ruleVerdict(words, asked);
  if (ofRule !== undefined) return ofRule;
  const refusal = REFUSALS.find((each) => each.words.test(words));
  if (refusal !== undefined) return { code, what: refusal.what, hint: refusal.hint };
  if (status === 400 && /api.version/i.test(words)) {
    const hint = 'Use a GitHub Enterprise Server that supports the version 2022-11-28 of the API.';
    return { code, what: 'The server does not know this version of the API', hint };
  }
  const hint = 'Read what GitHub wrote. A retry does not help before that is corrected.';
  return { code, what: 'GitHub refuses the request', hint };
}
