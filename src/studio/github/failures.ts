import type { ErrorCode } from '../../core/error-kinds.ts';
import { BridgeError } from '../../core/errors.ts';
import { notBeforeWords } from '../../core/retry.ts';
import { asError } from '../../core/thrown.ts';
import { networkErrorOf } from '../../net/network-error.ts';
import { networkHint, networkWords, type NetworkHints } from '../../net/network-error-text.ts';
import { wordsOf } from './failure-words.ts';
import { RedirectRefusedError, type GithubAnswer } from './client.ts';
import { verdictOf } from './refusal-verdict.ts';
import { CHECKS_FIRST, type Asked } from './verdict.ts';

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
