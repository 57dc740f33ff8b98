import { msUntil, retryAfterMs } from '../../core/retry.ts';
import { printable } from '../../core/text/printable.ts';
import { GITHUB_WORDS_LENGTH_MAX } from '../limits.ts';
import type { GithubAnswer } from './client.ts';
import type { Asked, Verdict } from './verdict.ts';

/** GitHub asks to wait at least this long after a secondary limit that names no time. */
const SECONDARY_LIMIT_WAIT_MS = 60_000;

/** The meaning of 403, and of 451 for a repository that GitHub has blocked. */
export function forbidden({ header }: GithubAnswer, words: string, asked: Asked): Verdict {
  const code = 'GITHUB_PERMISSION';
  const { repository } = asked;
  const sso = header('x-github-sso');
  if (sso !== undefined) {
    const link = /url=(?<link>https:\/\/[^\s;,]+)/.exec(sso)?.groups?.['link'];
    return {
      code,
      what: 'The organisation requires single sign-on for this token',
      hint: `Authorise the token for the organisation${link === undefined ? ' in its settings' : ` at ${printable(asked.redact(link))}`}. A retry does not help before.`,
    };
  }
  const known = ruleVerdict(words, asked) ?? denialOf(words, repository);
  if (known !== undefined) return known;
  const needed = header('x-accepted-github-permissions');
  return {
    code,
    what: 'The credentials lack a permission',
    hint: `Give them ${needed === undefined ? 'read and write access to Contents and Pull requests' : `the permission ${printable(needed).slice(0, GITHUB_WORDS_LENGTH_MAX)}`} for ${repository}. A retry does not help before.`,
  };
}

function denialOf(words: string, repository: string): Verdict | undefined {
  const code = 'GITHUB_PERMISSION';
  if (/archived/i.test(words)) {
    return {
      code,
      what: `The repository ${repository} is archived, so it cannot be changed`,
      hint: 'Unarchive it, or set GITHUB_REPO to another repository.',
    };
  }
  if (/IP allow list/i.test(words)) {
    return {
      code,
      what: 'The organisation does not permit requests from the address of this machine',
      hint: 'Add the address, or that of its proxy, to the IP allow list of the organisation. A retry does not help before.',
    };
  }
  if (/forbids access via/i.test(words)) {
    return {
      code,
      what: 'The organisation does not permit this kind of token',
      hint: 'Use an app, or a fine-grained token with a lifetime that the organisation permits. A retry does not help before.',
    };
  }
  if (/suspended/i.test(words)) {
    return {
      code,
      what: 'The account or the installation of these credentials is suspended',
      hint: 'Ask an owner of the organisation to resume it. A retry does not help before.',
    };
  }
  if (/blocked|disabled|locked/i.test(words)) {
    return {
      code,
      what: `GitHub has locked the repository ${repository}`,
      hint: 'Read the reason on the page of the repository. A retry does not help before it is unlocked.',
    };
  }
  return undefined;
}

/**
 * The rules of a repository: rulesets and the older protection of branches have different words, and come with 403, 409 or 422.
 * @returns undefined if the words are not about a rule
 */
export function ruleVerdict(words: string, { signsInAs }: Asked): Verdict | undefined {
  const code = 'GITHUB_PERMISSION';
  if (/verified signatures|must be signed/i.test(words)) {
    return {
      code,
      what: 'A rule of the repository requires signed commits',
      hint:
        signsInAs === 'token'
          ? 'Use an app in place of the token: GitHub signs the commits of an app. Or exempt branches that start with studio/ from the rule.'
          : 'Exempt branches that start with studio/ from the rule.',
    };
  }
  if (/secret (?:was )?detected|secret scanning|push protection/i.test(words)) {
    return {
      code,
      what: 'GitHub found what looks like a secret in the proposed files',
      hint: 'Remove it from the connector, and replace the secret itself. A retry does not help before.',
    };
  }
  const isRule =
    /rule violations|protected (?:branch|ref)|through a pull request|creations being restricted/i.test(words);
  if (!isRule) return undefined;
  return {
    code,
    what: 'A rule of the repository forbids this change',
    hint: 'Allow the credentials to create and update branches that start with studio/ in the rules of the repository.',
  };
}

/** Primary and secondary limits have the status 403 or 429. */
export function limitOf({ status, header }: GithubAnswer, words: string, now: Date): Verdict | undefined {
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
