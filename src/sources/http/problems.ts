import { types } from 'node:util';
import { DeadlineError } from '../../core/deadline.ts';
import { BridgeError, type ErrorCode } from '../../core/errors.ts';
import type { Failure } from '../../core/retry.ts';
import { tlsFaultOfCode, tlsHint, type TlsHints } from '../../net/tls-faults.ts';
import { BodyError } from '../../net/response-body.ts';

/** Why one attempt of a request came to nothing. */
export interface Problem {
  readonly code: ErrorCode;
  /** A few words for a log line. */
  readonly reason: string;
  /** Continues a sentence that begins with the request. */
  readonly what: string;
  readonly hint: string;
  /** Another attempt may end better. */
  readonly again: boolean;
  readonly retryAfterMs?: number;
}

/** A problem on its way through code that has nothing to do with it. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Problem, cause?: unknown) {
    super(problem.what, { cause });
    this.problem = problem;
  }
}

/** @param asked the request, as messages name it; without secrets */
export function failureOf(problem: Problem, asked: string): Failure {
  const { code, reason, what, hint, again, retryAfterMs = 0 } = problem;
  return {
    reason,
    again,
    retryAfterMs,
    toError: ({ attempts, notBefore }) => {
      const tried = attempts === 1 ? '' : `, ${attempts} times`;
      return new BridgeError(code, `${asked} ${what}${tried}.`, { hint, nextRunAfter: notBefore });
    },
  };
}

type Verdict = Pick<Problem, 'code' | 'hint' | 'again'>;

const UNREACHABLE = (hint: string): Verdict => ({ code: 'SOURCE_UNREACHABLE', hint, again: true });
const LOST: Verdict = {
  code: 'SOURCE_LOST',
  hint: 'Nothing was committed; the next run starts where this one did.',
  again: true,
};
const SLOW: Verdict = {
  code: 'SOURCE_TIMEOUT',
  hint: 'Ask for smaller pages with source.pagination.pageSize, or raise source.requestTimeoutSeconds.',
  again: true,
};
const NO_HTTP: Verdict = {
  code: 'SOURCE_ANSWER_INVALID',
  hint: 'Check host and port in source.url: does an API answer there?',
  again: false,
};
const BROKEN_PACKING: Verdict = {
  ...NO_HTTP,
  hint: 'Something between here and the API breaks its answers; check HTTPS_PROXY.',
};
const NETWORK = 'Check the network, the firewalls on the way, and HTTPS_PROXY.';
const CERTIFICATE: TlsHints = {
  untrusted: 'Name the file of the authority that signed it in source.tls.caFile.',
  otherName: 'Use a host name that the certificate has.',
  client: 'Name one and its key in source.tls.certFile and source.tls.keyFile.',
};
/** The proxy does not know who asks. */
export const PROXY_LOGIN: Verdict = {
  code: 'SOURCE_AUTH_FAILED',
  hint: 'The proxy wants a user and a password: HTTPS_PROXY=http://user:password@host:port, and the same for HTTP_PROXY.',
  again: false,
};

const BY_CODE: Readonly<Record<string, Verdict>> = {
  ENOTFOUND: UNREACHABLE('Check the host name in source.url, and DNS on this machine.'),
  EAI_AGAIN: UNREACHABLE('The name server did not answer; try again later.'),
  ECONNREFUSED: UNREACHABLE('Check host and port in source.url, and that the server runs.'),
  EHOSTUNREACH: UNREACHABLE(NETWORK),
  ENETUNREACH: UNREACHABLE(NETWORK),
  ETIMEDOUT: { ...SLOW, hint: NETWORK },
  UND_ERR_CONNECT_TIMEOUT: { ...SLOW, hint: NETWORK },
  // The way that undici says that a proxy did not connect.
  UND_ERR_ABORTED: UNREACHABLE(
    'The proxy refused. Check HTTPS_PROXY with its user and password, and NO_PROXY.',
  ),
  UND_ERR_INVALID_ARG: {
    code: 'CONNECTOR_INVALID',
    hint: 'Correct spec.source: a header or the address has a character that HTTP does not know.',
    again: false,
  },
  ECONNRESET: LOST,
  EPIPE: LOST,
  UND_ERR_SOCKET: LOST,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: LOST,
  // A packed body that ended too soon, and one that is not packed.
  Z_BUF_ERROR: LOST,
  Z_DATA_ERROR: BROKEN_PACKING,
};

/** What a request that brought no answer means. */
export function networkProblem(thrown: unknown): Problem {
  if (thrown instanceof ProblemError) return thrown.problem;
  if (thrown instanceof DeadlineError) {
    return { ...SLOW, reason: 'no answer in time', what: 'was not answered in time' };
  }
  if (thrown instanceof BodyError) return bodyProblem(thrown);
  const error = types.isNativeError(thrown) ? thrown : new Error(String(thrown));
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  // The way that undici says that a proxy wants to know who asks.
  const unknownUser = code === 'UND_ERR_ABORTED' && error.message.includes('(407)');
  return {
    ...(unknownUser ? PROXY_LOGIN : verdictOf(code)),
    reason: code,
    what: `failed: ${wordsOf(error, code)}`,
  };
}

function verdictOf(code: string): Verdict {
  const known = BY_CODE[code];
  if (known !== undefined) return known;
  const fault = tlsFaultOfCode(code);
  if (fault !== undefined) return { code: 'SOURCE_TLS', hint: tlsHint(fault, CERTIFICATE), again: false };
  // Brotli has a code for each thing that can be wrong.
  if (code.startsWith('ERR__ERROR_')) return BROKEN_PACKING;
  if (/^(HPE_|UND_ERR_HEADERS|HTTPParserError)/.test(code)) return NO_HTTP;
  return UNREACHABLE(NETWORK);
}

function bodyProblem({ problem, message }: BodyError): Problem {
  const large = problem === 'too large';
  return {
    code: large ? 'SOURCE_ANSWER_TOO_LARGE' : 'SOURCE_ANSWER_INVALID',
    reason: `answer ${problem}`,
    what: `got an answer that ${message}`,
    hint: large
      ? 'Ask for smaller pages: source.pagination.pageSizeField and pageSize.'
      : 'Something between here and the API packs its answers; check HTTPS_PROXY.',
    again: false,
  };
}

/** A host with two addresses that both fail leaves a code and no message. OpenSSL writes its own with a line break. */
function wordsOf({ message }: Error, code: string): string {
  const words = message.replaceAll(/\s+/g, ' ').trim();
  if (words === '') return code;
  return words.includes(code) ? words : `${words} (${code})`;
}
