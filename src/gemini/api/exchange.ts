import type { Clock } from '../../core/time/clock.ts';
import { withDeadline } from '../../core/time/deadline.ts';
import { GOOGLE_TOKEN_SECONDS_MAX } from '../../core/limits.ts';
import { DISCOVERY_IMPORT_SECONDS_MAX, DISCOVERY_REQUEST_SECONDS_MAX } from '../limits.ts';
import type { Logger } from '../../core/log.ts';
import type { RequestQuota } from '../../core/time/request-quota.ts';
import { createRedactor } from '../../core/secrets/redact.ts';
import type { LeaseGuard } from '../../pipeline/held-leases.ts';
import { answerProblem, jsonOf, type HttpAnswer } from './answer-problems.ts';
import { authorizationProblem, networkProblem } from './network-problems.ts';
import type { Problem } from './problems.ts';
import { readText } from '../../google/answer.ts';
import type { Transport } from '../../google/transport.ts';

/** The content of one attempt. */
export interface Message {
  readonly method: string;
  /** The path that log lines and problems name; `url` contains it. */
  readonly path: string;
  readonly url: string;
  /** The body as JSON. */
  readonly body: string | undefined;
}

export interface Wire {
  readonly transport: Transport;
  readonly projectId: string;
  /** Checked before any request that is not a GET is sent. */
  readonly leases: LeaseGuard;
  readonly clock: Clock;
  readonly log: Logger;
}

export type Exchanged =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: Problem };

/**
 * Makes one attempt of a request. The attempt sends two requests if a new token may be all that is needed, because a token can
 * be revoked before it expires.
 * It rejects only with the reason of `signal`, and with LEASE_LOST before anything is sent.
 */
export async function exchange(
  message: Message,
  wire: Wire,
  quota: RequestQuota,
  signal: AbortSignal,
): Promise<Exchanged> {
  const first = await attempt(message, wire, quota, signal);
  const { exchanged } = first.renewed ? await attempt(message, wire, quota, signal) : first;
  return exchanged;
}

interface Attempted {
  readonly exchanged: Exchanged;
  /** The token was refused, and a new one is available. */
  readonly renewed: boolean;
}

async function attempt(
  message: Message,
  wire: Wire,
  quota: RequestQuota,
  signal: AbortSignal,
): Promise<Attempted> {
  await quota.take(signal);
  const { transport, leases, clock, log } = wire;
  const { method, path } = message;
  const failed = (problem: Problem): Attempted => {
    signal.throwIfAborted();
    log.debug('request failed', { method, path, reason: problem.reason, ms: since() });
    return { exchanged: { ok: false, problem }, renewed: false };
  };
  const startedMs = clock.elapsedMs();
  const since = () => Math.round(clock.elapsedMs() - startedMs);

  let authorization: Headers;
  try {
    authorization = await withDeadline(GOOGLE_TOKEN_SECONDS_MAX, signal, () => transport.authorize());
  } catch (thrown) {
    return failed(authorizationProblem(thrown));
  }
  // This check comes last, because the attempt may have waited for the quota and for a token.
  if (method !== 'GET') await leases.requireHeld();
  let answer: HttpAnswer;
  try {
    answer = await send(message, authorization, transport, signal);
  } catch (thrown) {
    return failed(networkProblem(thrown));
  }
  log.debug('request answered', { method, path, status: answer.status, ms: since() });
  const renewed = answer.status === 401 && transport.discard(authorization);
  return { exchanged: judge(answer, authorization, path, wire), renewed };
}

function send(
  { method, path, url, body }: Message,
  authorization: Headers,
  transport: Transport,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const headers = new Headers(authorization);
  headers.set('accept', 'application/json');
  headers.set('user-agent', 'gemini-sync-bridge');
  if (body !== undefined) headers.set('content-type', 'application/json');
  const seconds = path.endsWith(':import') ? DISCOVERY_IMPORT_SECONDS_MAX : DISCOVERY_REQUEST_SECONDS_MAX;
  return withDeadline(seconds, signal, async (inTime) => {
    const answer = await transport.send({ method, url, headers, body }, inTime);
    return { status: answer.status, headers: answer.headers, text: await readText(answer) };
  });
}

function judge(answer: HttpAnswer, authorization: Headers, path: string, wire: Wire): Exchanged {
  const json = answer.status >= 200 && answer.status < 300 ? jsonOf(answer) : undefined;
  if (json !== undefined) return { ok: true, value: json.value };
  // The page of a proxy, or the message of a test server, may repeat the request that it refused.
  const redactor = createRedactor();
  redactor.add(authorization.get('authorization')?.replace(/^Bearer /, '') ?? '');
  const text = redactor.redact(answer.text);
  const { projectId, clock } = wire;
  return { ok: false, problem: answerProblem({ ...answer, text }, clock.now(), { path, projectId }) };
}
