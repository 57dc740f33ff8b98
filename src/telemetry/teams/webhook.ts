import { TELEMETRY_FLUSH_BACKOFF_SECONDS } from '../limits.ts';
import type { Logger } from '../../core/log.ts';
import { logRetries, retryAfterMs, waitBefore, type Wait } from '../../core/retry.ts';
import type { PostAnswer } from '../http/client.ts';
import { PROXY_LOGIN_HINT } from '../../net/network-error-text.ts';
import { networkFailure, type Post, type PostFailure } from '../http/post.ts';

interface WebhookPorts {
  readonly post: Post;
  readonly wait: Wait;
  readonly now: () => Date;
  /** Checked before each attempt. */
  readonly isHeld: () => boolean;
  readonly log: Logger;
}

/**
 * Posts a message to the webhook, with retries until `signal` is aborted.
 * @returns the failure; undefined if it was accepted. After a timeout it may still have been accepted.
 */
export async function postMessage(
  url: string,
  message: string,
  { post, wait, now, isHeld, log }: WebhookPorts,
  signal: AbortSignal,
): Promise<PostFailure | undefined> {
  for (let failures = 1; ; failures++) {
    if (!isHeld()) return EXPIRED;
    const failure = await attempt(() => post(url, {}, message, signal), now);
    if (failure?.again !== true) return failure;
    const policy = { retries: 0, backoffSeconds: TELEMETRY_FLUSH_BACKOFF_SECONDS };
    const waitMs = waitBefore(failures, failure.retryAfterMs, policy);
    // The address of a webhook is a secret.
    logRetries(log, { request: 'an alert to Teams' }, 'debug')(failure.reason, waitMs);
    const late = await wait(waitMs, signal).then(
      () => false,
      () => true,
    );
    if (late) return failure;
  }
}

/** The message may be outdated by then, and another run may have sent it. */
const EXPIRED: PostFailure = {
  reason: 'the run was suspended for longer than the right to send it lasts',
  again: false,
  retryAfterMs: 0,
  fix: undefined,
};

async function attempt(send: () => Promise<PostAnswer>, now: () => Date): Promise<PostFailure | undefined> {
  try {
    const answer = await send();
    return answer.status >= 200 && answer.status < 300 ? undefined : failureOf(answer, now());
  } catch (thrown) {
    return networkFailure(thrown);
  }
}

/** The response of the webhook is not quoted, because some responses contain its address. */
function failureOf({ status, retryAfter }: PostAnswer, now: Date): PostFailure {
  const again = status === 408 || status === 429 || status >= 500;
  const reason = `the webhook answered ${status}`;
  return {
    reason,
    again,
    retryAfterMs: again ? retryAfterMs(retryAfter, now) : 0,
    fix: again ? undefined : fixOf(status),
  };
}

function fixOf(status: number): string {
  if (status === 407) return PROXY_LOGIN_HINT;
  if (status === 413) return 'This is a bug in gemini-sync-bridge: please report it.';
  return 'Check TEAMS_WEBHOOK_URL: copy it again from the workflow "Post to a channel when a webhook request is received", and see that the workflow is on.';
}
