import { isRetryAfter, retryAfterMs } from '../../core/retry.ts';
import { PROXY_LOGIN_HINT } from '../../net/network-error-text.ts';
import { fieldOf, textOf } from './json-fields.ts';
import { credentialsProblem, PROXY_HINT } from './network-problems.ts';
import type { Problem, Subject } from './problems.ts';
import { oneLine } from './one-line.ts';

/** A response of any status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Pick<Headers, 'get'>;
  readonly text: string;
}

/** Parses the body as JSON. Returns undefined if it is not valid JSON. */
export function jsonOf(answer: HttpAnswer): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(answer.text);
    return { value };
  } catch {
    return undefined;
  }
}

/** The problem that a response describes when it is not a success with a JSON body. */
export function answerProblem(answer: HttpAnswer, now: Date, subject: Subject): Problem {
  const { status } = answer;
  const error = fieldOf(jsonOf(answer)?.value, 'error');
  const refusal: Problem = {
    code: 'GEMINI_REFUSED',
    reason: nameOf(answer, error),
    what: `was refused: ${wordsOf(answer, error)}`,
    hint: 'The message quotes Google; the same request will be refused again.',
    passing: false,
    effect: 'none',
    retryAfterMs: 0,
  };
  if (status >= 500 || status === 408) {
    return {
      ...refusal,
      code: 'GEMINI_UNREACHABLE',
      what: `failed: ${wordsOf(answer, error)}`,
      hint: 'Try again later; https://status.cloud.google.com shows incidents of Google.',
      passing: true,
      effect: 'unknown',
      retryAfterMs: retryAfterMs(answer.headers.get('retry-after'), now),
    };
  }
  if (status === 429 || (status === 403 && isLimit(answer, error, now))) {
    return {
      ...refusal,
      code: 'GEMINI_QUOTA',
      hint: `Run fewer connectors of project ${subject.projectId} at a time, or ask Google for a larger quota of discoveryengine.googleapis.com.`,
      passing: true,
      retryAfterMs: retryAfterMs(answer.headers.get('retry-after'), now),
    };
  }
  // Google's front end answers an unknown path or host with a web page.
  if (status === 404) {
    return {
      ...refusal,
      code: 'GEMINI_NOT_FOUND',
      hint: 'Check `gemini.projectId` and `gemini.dataStoreId`, and that `gemini.location` is the location of the data store: each location knows only its own.',
    };
  }
  if (error === undefined || status < 400) return notFromGoogle(answer);
  if (status === 401) return credentialsProblem(refusal.reason, refusal.what);
  if (status === 403) return { ...refusal, code: 'GEMINI_PERMISSION', hint: permissionHint(error, subject) };
  if (status === 409 && textOf(error, 'status') === 'ABORTED') {
    return {
      ...refusal,
      code: 'GEMINI_BUSY',
      hint: 'Try again when the other operation on this data store has ended.',
    };
  }
  if (status === 400 && textOf(error, 'status') === 'FAILED_PRECONDITION') {
    return {
      ...refusal,
      code: 'GEMINI_PRECONDITION',
      hint: 'The message quotes Google; it says what must change in the data store or its project first.',
    };
  }
  return refusal;
}

/**
 * The response is a success without JSON, a redirect, or a refusal that is not in Google's form. It came from a proxy, or was
 * cut off.
 */
function notFromGoogle(answer: HttpAnswer): Problem {
  const { status } = answer;
  const isPage = /html/i.test(answer.headers.get('content-type') ?? '') || /^\s*</.test(answer.text);
  const problem = {
    code: 'GEMINI_UNREACHABLE',
    hint: PROXY_HINT,
    passing: false,
    effect: 'unknown',
    retryAfterMs: 0,
  } as const;
  if (status === 407) {
    return {
      ...problem,
      code: 'GEMINI_CREDENTIALS',
      reason: '407',
      what: 'did not get through: the proxy asks for a user and a password',
      hint: PROXY_LOGIN_HINT,
      effect: 'none',
    };
  }
  if (status >= 300 && status < 400) {
    const target = answer.headers.get('location') ?? '';
    const origin = URL.canParse(target) ? new URL(target).origin : 'elsewhere';
    return { ...problem, reason: `${status}`, what: `was redirected (${status}) to ${oneLine(origin)}` };
  }
  if (isPage) {
    return { ...problem, reason: 'web page', what: `was answered with ${status} and a web page` };
  }
  const what = `was answered with ${status} and ${answer.text === '' ? 'nothing' : 'something that is not JSON'}`;
  // The response may have been cut off in transit.
  return { ...problem, reason: 'not JSON', what, passing: status < 300 };
}

/**
 * Google's older APIs answer 403 when a rate limit is exceeded, and name the limit in `errors`. Some proxies ask for a retry.
 */
function isLimit(answer: HttpAnswer, error: unknown, now: Date): boolean {
  const retryAfter = answer.headers.get('retry-after');
  if (retryAfter !== null && isRetryAfter(retryAfter.trim(), now)) return true;
  const errors = fieldOf(error, 'errors');
  const reasons = Array.isArray(errors) ? errors.map((one: unknown) => textOf(one, 'reason')) : [];
  return reasons.some((reason) => reason === 'rateLimitExceeded' || reason === 'userRateLimitExceeded');
}

/** The status as text, such as `403 PERMISSION_DENIED`. */
function nameOf(answer: HttpAnswer, error: unknown): string {
  const name = textOf(error, 'status');
  return name === undefined ? `${answer.status}` : `${answer.status} ${oneLine(name)}`;
}

/**
 * The status and the server's words, such as `403 PERMISSION_DENIED: "…"`. The words of a web page are left out: they do not
 * help.
 */
function wordsOf(answer: HttpAnswer, error: unknown): string {
  const message = textOf(error, 'message');
  const name = nameOf(answer, error);
  return message === undefined ? name : `${name}: "${oneLine(message)}"`;
}

/** How the hint of an error begins whose API is not enabled. */
export const ENABLE_API = 'Enable the API: ';

/** The fix for a 403. The reason is in `google.rpc.ErrorInfo`, one of the details; older refusals have only a message. */
function permissionHint(error: unknown, { path, projectId }: Subject): string {
  const info = errorInfoOf(error);
  const metadata = fieldOf(info, 'metadata');
  const message = textOf(error, 'message') ?? '';
  // The quota project of the credentials may be a different project.
  const project = /^projects\/([\w:.-]+)$/.exec(textOf(metadata, 'consumer') ?? '')?.[1] ?? projectId;
  const reason = textOf(info, 'reason') ?? '';
  if (reason === 'SERVICE_DISABLED' || /has not been used in project|it is disabled/.test(message)) {
    return `${ENABLE_API}\`gcloud services enable discoveryengine.googleapis.com --project ${project}\`. It takes some minutes.`;
  }
  if (reason === 'USER_PROJECT_DENIED') {
    return `Grant the caller roles/serviceusage.serviceUsageConsumer on project ${project}, which its requests are counted for.`;
  }
  const permission =
    PERMISSION.exec(textOf(metadata, 'permission') ?? '')?.[0] ?? PERMISSION.exec(message)?.[0];
  const purges = permission?.endsWith('.purge') ?? path.endsWith(':purge');
  const role = purges
    ? 'roles/discoveryengine.admin (roles/discoveryengine.editor cannot purge)'
    : 'roles/discoveryengine.editor';
  const what = permission === undefined ? role : `${permission}, for example with ${role},`;
  return `Grant the caller ${what} on project ${projectId}.`;
}

const PERMISSION = /\bdiscoveryengine\.(?!googleapis)[A-Za-z]+\.[A-Za-z]+\b/;

/** Details may be of any type, including undocumented ones. */
function errorInfoOf(error: unknown): unknown {
  const details = fieldOf(error, 'details');
  if (!Array.isArray(details)) return undefined;
  return details.find((detail: unknown) => textOf(detail, '@type')?.endsWith('/google.rpc.ErrorInfo'));
}
