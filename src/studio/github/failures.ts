import type { ErrorCode } from '../../core/error-kinds.ts';
import { BridgeError } from '../../core/errors.ts';
import { msUntil, notBeforeWords, retryAfterMs } from '../../core/retry.ts';
import { printable } from '../../core/text/printable.ts';
import { asError } from '../../core/thrown.ts';
import { networkErrorOf } from '../../net/network-error.ts';
import { networkHint, networkWords, type NetworkHints } from '../../net/network-error-text.ts';
import { GITHUB_WORDS_LENGTH_MAX } from '../limits.ts';
import { wordsOf } from './failure-words.ts';
import { RedirectRefusedError, type GithubAnswer } from './client.ts';

/** GitHub asks to wait at least this long after a secondary limit that names no time. */
const SECONDARY_LIMIT_WAIT_MS = 60_000;

const CHECKS_FIRST = 'Try again: the next attempt checks the branch and the pull request before it writes.';
const HINTS: NetworkHints = {
  name: 'the host name in GITHUB_API_URL',
  server: 'host and port in GITHUB_API_URL, and that the server runs',
  proxied: true,
  lost: CHECKS_FIRST,
  slow: CHECKS_FIRST,
  untrusted: 'Name the file of the authority that signed it in GITHUB_CA_FILE.',
  otherName: 'Use a host name in GITHUB_API_URL that the certificate has.',
  client: 'This program has no client certificate for GitHub. Use an address that does not require one.',
};

/** An error of GitHub, with what the protocol of proposals decides by. */
export class GithubError extends BridgeError {
  /** null: there was no usable response, so it is unknown whether the request took effect. */
  readonly status: number | null;
  /** What GitHub wrote, for decisions that its status does not allow. */
  readonly words: string;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      readonly hint: string;
      readonly status: number | null;
      readonly words: string;
      readonly nextRunAfter?: Date | undefined;
      readonly cause?: unknown;
    },
  ) {
    super(code, message, options);
    this.status = options.status;
    this.words = options.words;
  }

  /** Whether the request may have taken effect nevertheless. */
  get isUnclear(): boolean {
    return this.code === 'GITHUB_UNREACHABLE';
  }
}

interface Asked {
  /** Names the request in messages, such as `POST /repos/o/r/git/refs`. */
  readonly name: string;
  readonly repository: string;
  readonly redact: (text: string) => string;
  readonly now: Date;
}

interface Verdict {
  readonly code: ErrorCode;
  readonly what: string;
  readonly hint: string;
  readonly notBefore?: Date | undefined;
}

/** The error of a response that is not a success. */
export function refusal(answer: GithubAnswer, asked: Asked): GithubError {
  const { status } = answer;
  const words = wordsOf(answer.data, asked.redact);
  const { code, what, hint, notBefore } = verdictOf(answer, words, asked);
  const quoted = words === '' ? '' : `: ${words}`;
  const message = `${what} (${asked.name} was answered ${status}${quoted}).${notBeforeWords(notBefore)}`;
  return new GithubError(code, message, { hint, status, words, nextRunAfter: notBefore });
}

/** The error of a request without a usable response. */
export function failure(thrown: unknown, asked: Asked): GithubError {
  if (thrown instanceof RedirectRefusedError) {
    return new GithubError('GITHUB_MOVED', `GitHub redirects ${asked.name}, so it was not sent there.`, {
      hint: `Check whether the repository ${asked.repository} was renamed or moved, and set GITHUB_REPO or GITHUB_API_URL to its new place.`,
      status: null,
      words: '',
    });
  }
  const network = networkErrorOf(thrown);
  const what = network === undefined ? asked.redact(asError(thrown).message) : networkWords(network);
  return new GithubError('GITHUB_UNREACHABLE', `${asked.name} failed: ${what}.`, {
    hint: network === undefined ? CHECKS_FIRST : networkHint(network, HINTS),
    status: null,
    words: '',
    cause: thrown,
  });
}

function verdictOf(answer: GithubAnswer, words: string, asked: Asked): Verdict {
  const { status } = answer;
  if (status === 401) {
    return {
      code: 'GITHUB_CREDENTIALS',
      what: 'GitHub refuses the credentials: the token is wrong, revoked or expired',
      hint: 'Create a new token and set GITHUB_TOKEN; for an app, check GITHUB_APP_ID and its private key. A retry does not help.',
    };
  }
  const limited = limitOf(answer, words, asked.now);
  if (limited !== undefined) return limited;
  if (status === 403) return forbidden(answer, words, asked);
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
  return unprocessable(status, words);
}

function forbidden({ header }: GithubAnswer, words: string, asked: Asked): Verdict {
  const code = 'GITHUB_PERMISSION';
  const sso = header('x-github-sso');
  if (sso !== undefined) {
    const link = /url=(?<link>https:\/\/[^\s;,]+)/.exec(sso)?.groups?.['link'];
    return {
      code,
      what: 'The organisation requires single sign-on for this token',
      hint: `Authorise the token for the organisation${link === undefined ? ' in its settings' : ` at ${printable(asked.redact(link))}`}. A retry does not help before.`,
    };
  }
  if (/archived/i.test(words)) {
    return {
      code,
      what: `The repository ${asked.repository} is archived, so it cannot be changed`,
      hint: 'Unarchive it, or set GITHUB_REPO to another repository.',
    };
  }
  if (/rule violations|protected branch/i.test(words)) {
    return {
      code,
      what: 'A rule of the repository forbids this change',
      hint: 'Allow the credentials to create and update branches that start with studio/ in the rules of the repository.',
    };
  }
  const needed = header('x-accepted-github-permissions');
  return {
    code,
    what: 'The credentials lack a permission',
    hint: `Give them ${needed === undefined ? 'read and write access to Contents and Pull requests' : `the permission ${printable(needed).slice(0, GITHUB_WORDS_LENGTH_MAX)}`} for ${asked.repository}. A retry does not help before.`,
  };
}

/** Primary and secondary limits have the status 403 or 429. */
function limitOf({ status, header }: GithubAnswer, words: string, now: Date): Verdict | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const asked = header('retry-after');
  const isPrimary = header('x-ratelimit-remaining') === '0';
  const isSecondary = /secondary rate limit|abuse detection|rate limit exceeded/i.test(words);
  if (status === 403 && asked === undefined && !isPrimary && !isSecondary) return undefined;
  const reset = Number(header('x-ratelimit-reset'));
  const resetAt = isPrimary && Number.isSafeInteger(reset) && reset > 0 ? new Date(reset * 1_000) : undefined;
  const waitMs =
    (asked === undefined ? 0 : retryAfterMs(asked, now)) || msUntil(resetAt, now) || SECONDARY_LIMIT_WAIT_MS;
  const notBefore = new Date(now.getTime() + waitMs);
  return {
    code: 'GITHUB_LIMITED',
    what: isPrimary
      ? 'The credentials have used up their requests of this hour'
      : 'GitHub limits how fast these credentials may send requests',
    hint: `Try again after ${notBefore.toISOString()}, and not before.`,
    notBefore,
  };
}

function conflict(words: string, { repository }: Asked): Verdict {
  return /empty/i.test(words)
    ? {
        code: 'GITHUB_CONFLICT',
        what: `The repository ${repository} is empty`,
        hint: 'Create its base branch with a first commit, such as a README.',
      }
    : {
        code: 'GITHUB_CONFLICT',
        what: `The repository ${repository} is being changed by another request`,
        hint: 'Try again in a moment.',
      };
}

function unprocessable(status: number, words: string): Verdict {
  const code = 'GITHUB_REFUSED';
  if (/rule violations|protected branch/i.test(words)) {
    return {
      code: 'GITHUB_PERMISSION',
      what: 'A rule of the repository forbids this change',
      hint: 'Allow the credentials to create and update branches that start with studio/ in the rules of the repository.',
    };
  }
  if (words.includes('BadObjectState')) {
    return {
      code,
      what: 'A file that is to be deleted does not exist any more',
      hint: 'Open the page again, and propose the change from the newest version.',
    };
  }
  if (/Reference update failed/i.test(words)) {
    return {
      code,
      what: 'The branch cannot be created',
      hint: 'Delete a branch that is called studio: its name prevents branches that start with studio/.',
    };
  }
  if (/not a fast forward/i.test(words)) {
    const hint = 'Propose the change again; it is then compared with the newest commit.';
    return { code, what: 'Another commit reached the branch first', hint };
  }
  if (/already exists/i.test(words)) {
    const hint = 'Propose the change again; what exists is then found and extended.';
    return { code, what: 'The branch or the pull request exists already', hint };
  }
  if (status === 400 && /api.version/i.test(words)) {
    const hint = 'Use a GitHub Enterprise Server that supports the version 2022-11-28 of the API.';
    return { code, what: 'The server does not know this version of the API', hint };
  }
  const hint = 'Read what GitHub wrote. A retry does not help before that is corrected.';
  return { code, what: 'GitHub refuses the request', hint };
}
