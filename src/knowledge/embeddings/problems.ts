import { SERVER_WORDS_LENGTH_MAX } from '../../core/limits.ts';
import { retryAfterMs } from '../../core/retry.ts';
import { printable } from '../../core/text/printable.ts';
import { asError, propertyOf } from '../../core/thrown.ts';
import { networkErrorOf } from '../../net/network-error.ts';
import { PROXY_LOGIN_HINT, type NetworkHints } from '../../net/network-error-text.ts';
import { problemOfNetwork, type RequestProblem } from '../../net/request-problem.ts';
import { BodyError } from '../../net/response-body.ts';
import { VectorsError } from './answer-vectors.ts';
import type { ApiRefusal } from './openai-client.ts';

/** Why one attempt of a request to the embedding API failed. */
export interface EmbeddingProblem extends RequestProblem {
  /**
   * Set if a request of fewer texts may succeed: `size` if the API says that there is too much text, `text` if one of the texts may
   * be the cause.
   */
  readonly divisible?: 'size' | 'text';
}

type Verdict = Pick<EmbeddingProblem, 'code' | 'hint' | 'again' | 'divisible'>;

const CHECK_BASE_URL = 'Check OPENAI_BASE_URL; it includes the version, such as `https://api.openai.com/v1`.';
const TRY_LATER = 'Nothing was stored. Try again later; see the status page of the API.';
const CREDENTIALS: Verdict = {
  code: 'EMBEDDINGS_CREDENTIALS',
  hint: 'Check OPENAI_API_KEY, and that the key may use embeddings.',
  again: false,
};

const HINTS: NetworkHints = {
  name: 'the host name in OPENAI_BASE_URL',
  server: 'host and port in OPENAI_BASE_URL, and that the server runs',
  proxied: true,
  lost: 'Nothing was stored. Check the network and HTTPS_PROXY, and try again.',
  slow: TRY_LATER,
  untrusted: 'Name the file of the authority that signed it in NODE_EXTRA_CA_CERTS.',
  otherName: 'Use a host name in OPENAI_BASE_URL that the certificate has.',
  client: 'This program has none for the embedding API: use an address that asks for none.',
};

/** What APIs and gateways write when a request has too many texts or tokens. */
const SIZE_WORDS =
  /too (?:large|long|many|big)|exceed|maximum|\bmax[ _]|context length|batch size|at most \d|less than or equal to|(?:larger|greater|more) than \d/i;

/** @param redact removes secrets, such as a key that the API quotes */
export function refusalProblem(
  refusal: ApiRefusal,
  redact: (text: string) => string,
  now: Date,
): EmbeddingProblem {
  const { status, header, report } = refusal;
  const { code, words } = parsedReport(report);
  const quoted = shortWords(words, redact);
  const verdict = verdictOf(status, code, words);
  return {
    ...verdict,
    reason: code === undefined ? String(status) : `${status} ${shortWords(code, redact)}`,
    what: `was answered ${status}${quoted === '' ? '' : `: ${quoted}`}`,
    retryAfterMs: retryAfterMs(header('retry-after'), now),
  };
}

function verdictOf(status: number, code: string | undefined, words: string): Verdict {
  if (status === 401 || status === 403) return CREDENTIALS;
  if (status === 407) return { ...CREDENTIALS, hint: PROXY_LOGIN_HINT };
  if (status === 429 && /insufficient_quota|billing/.test(code ?? '')) {
    const hint = 'The account of OPENAI_API_KEY has no credit left: check its plan and its limits.';
    return { code: 'EMBEDDINGS_UNREACHABLE', hint, again: false };
  }
  if (status === 408 || status === 409 || status === 425 || status === 429 || status >= 500) {
    return { code: 'EMBEDDINGS_UNREACHABLE', hint: TRY_LATER, again: true };
  }
  const refused = { code: 'EMBEDDINGS_REFUSED', again: false } as const;
  if (status === 413) return { ...refused, hint: CHECK_BASE_URL, divisible: 'size' };
  if (status === 400 || status === 422) {
    const hint = 'Check that OPENAI_BASE_URL leads to an API that has the model text-embedding-3-small.';
    return { ...refused, hint, divisible: SIZE_WORDS.test(words) ? 'size' : 'text' };
  }
  return { ...refused, hint: CHECK_BASE_URL };
}

/** The problem of a request without a usable response. */
export function failureProblem(thrown: unknown): EmbeddingProblem {
  if (thrown instanceof VectorsError) return invalidAnswer(thrown.message);
  if (thrown instanceof BodyError) return invalidAnswer(thrown.message);
  if (asError(thrown).name === 'SyntaxError') return invalidAnswer('is not valid JSON');
  const network = networkErrorOf(thrown);
  if (network === undefined) {
    return {
      code: 'EMBEDDINGS_UNREACHABLE',
      reason: 'no usable answer',
      what: `failed: ${asError(thrown).message}`,
      hint: HINTS.lost,
      again: true,
    };
  }
  const isLogin = network.meaning === 'proxy_login';
  return problemOfNetwork(network, isLogin ? 'EMBEDDINGS_CREDENTIALS' : 'EMBEDDINGS_UNREACHABLE', HINTS);
}

function invalidAnswer(words: string): EmbeddingProblem {
  return {
    code: 'EMBEDDINGS_INVALID',
    reason: 'invalid answer',
    what: `got a response that ${words}`,
    hint: CHECK_BASE_URL,
    again: false,
  };
}

/** Reads `{"error": {"code", "type", "message"}}` of the API, and the simpler forms of gateways. */
function parsedReport(report: string): { readonly code: string | undefined; readonly words: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(report);
  } catch {
    // A proxy or a web server responded.
    return { code: undefined, words: report };
  }
  const error = propertyOf(parsed, 'error') ?? parsed;
  const field = (name: string) => {
    const value = propertyOf(error, name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const words = typeof error === 'string' ? error : (field('message') ?? field('detail') ?? report);
  return { code: field('code') ?? field('type'), words };
}

/** The words of a server, made safe for a message: redacted before they are cut, so that no part of a secret is left. */
function shortWords(words: string, redact: (text: string) => string): string {
  const line = printable(redact(words)).trim().replace(/\.$/, '');
  return line.length <= SERVER_WORDS_LENGTH_MAX
    ? line
    : `${line.slice(0, SERVER_WORDS_LENGTH_MAX).toWellFormed()}…`;
}
