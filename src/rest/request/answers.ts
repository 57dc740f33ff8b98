import { STATUS_CODES } from 'node:http';
import { HTTP_WORDS_CHARACTERS_MAX } from '../limits.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { HttpAnswer } from './client.ts';
import type { RequestProblem } from '../../net/request-problem.ts';
import { PROXY_LOGIN } from './problems.ts';
import { askedWaitMs, isLimit, type LimitSigns } from './rate-limit.ts';

/** The statuses that may differ the next time: time-outs, "too early", and failures of a server or a proxy before it. */
const PASSING = new Set([408, 425, 500, 502, 503, 504]);

const LATER = 'Nothing was committed; the next run starts where this one did.';

/** Returns what to correct for a status that identifies the problem. */
function hintOf(status: number, { at, kind }: DefinitionWords): string {
  const hints: Readonly<Record<number, string>> = {
    400: `Correct what the ${kind} sends: ${at('url')}, payload, headers, pagination.`,
    404: `Correct ${at('url')}; an API may also answer so to who may not read.`,
    405: `Correct ${at('method')}.`,
    406: `Correct the header Accept in ${at('headers')}.`,
    410: `Correct ${at('url')}: what it names was removed.`,
  };
  return hints[status] ?? 'The words of the API say why.';
}

/**
 * Returns the problem that an unsuccessful response reports.
 * @param redact removes secrets: a response may repeat the request
 * @param signs how the definition recognizes an exceeded limit
 */
export function answerProblem(
  answer: HttpAnswer,
  now: Date,
  redact: (text: string) => string,
  words: DefinitionWords,
  signs: LimitSigns = {},
): RequestProblem {
  const { at } = words;
  const { status } = answer;
  const reason = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  const told = wordsOf(answer, redact);
  const what = `was answered ${reason}${told === '' ? '' : `: ${told}`}`;
  const problem = (code: RequestProblem['code'], hint: string, again = false): RequestProblem => ({
    code,
    reason,
    what,
    hint,
    again,
    retryAfterMs: again ? askedWaitMs(answer, now, signs) : 0,
  });
  if (isLimit(answer, now, signs)) return problem('SOURCE_RATE_LIMITED', fewerRequests(words), true);
  if (PASSING.has(status) || status > 505) return problem('SOURCE_UNREACHABLE', LATER, true);
  if (status === 407) return problem(PROXY_LOGIN.code, PROXY_LOGIN.hint);
  if (status === 401) {
    return problem('SOURCE_AUTH_FAILED', `Correct the secret, or how ${at('auth')} says that it is shown.`);
  }
  if (status === 403) {
    return problem('SOURCE_PERMISSION', 'Let the owner of the secret read this, for example by a scope.');
  }
  if (status < 400)
    return problem('SOURCE_ANSWER_INVALID', `No records came. Correct ${at('url')} or ${at('headers')}.`);
  return problem('SOURCE_REFUSED', hintOf(status, words));
}

/** Returns the problem of a successful response that reports an exceeded limit. */
export function limitInSuccess(
  answer: HttpAnswer,
  now: Date,
  redact: (text: string) => string,
  words: DefinitionWords,
  signs: LimitSigns,
): RequestProblem {
  return {
    code: 'SOURCE_RATE_LIMITED',
    reason: 'rate limit',
    what: `was answered with success and the error of an exceeded limit: ${wordsOf(answer, redact)}`,
    hint: fewerRequests(words),
    again: true,
    retryAfterMs: askedWaitMs(answer, now, signs),
  };
}

function fewerRequests({ at }: DefinitionWords): string {
  return `Run less often, or send fewer requests: ${at('rateLimit.requestsPerMinute')}, larger pages.`;
}

/** Returns the text of a response on one line; for an HTML page, only the fact that it is one. */
function wordsOf({ body, header }: HttpAnswer, redact: (text: string) => string): string {
  // The last character may be truncated; the longest characters have four bytes.
  const text = body.toString('utf8', 0, HTTP_WORDS_CHARACTERS_MAX * 4);
  if (isHtml(text, header('content-type'))) return 'a page of HTML';
  // The text is redacted before it is truncated: half a secret would not be recognized.
  const line = redact(text)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length > HTTP_WORDS_CHARACTERS_MAX ? `${line.slice(0, HTTP_WORDS_CHARACTERS_MAX)}…` : line;
}

export function isHtml(text: string, type: string | undefined): boolean {
  return /^\s*<(?:!doctype\s+html|html|head|body)\b/i.test(text) || /^\s*text\/html\b/i.test(type ?? '');
}
