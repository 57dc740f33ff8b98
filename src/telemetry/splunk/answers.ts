import { retryAfterMs } from '../../core/retry.ts';
import type { PostAnswer } from '../http/client.ts';
import { PROXY_LOGIN_HINT } from '../../net/network-error-text.ts';
import { serverWords, type PostFailure } from '../http/post.ts';

/** The response of the collector to some events. */
export type HecOutcome =
  | {
      readonly taken: true;
      /** Present where indexer acknowledgement is enabled for the token: the id for polling later. */
      readonly ackId: number | undefined;
    }
  | { readonly taken: false; readonly failure: PostFailure };

const CHECK_TOKEN =
  'Check SPLUNK_HEC_TOKEN: the token must exist and be enabled under Settings, Data inputs, HTTP Event Collector.';
const CHECK_INDEX = 'Give the token an index that exists, and let it write there.';
const CHECK_URL =
  'Check SPLUNK_HEC_URL: it is the address of the HTTP Event Collector, usually port 8088, and not that of Splunk Web.';

export function hecOutcome(answer: PostAnswer, now: Date): HecOutcome {
  const body = objectIn(answer.text);
  const code = numberIn(body, 'code');
  if (answer.status === 200 && code === 0) return { taken: true, ackId: numberIn(body, 'ackId') };
  const words = typeof body['text'] === 'string' ? serverWords(body['text']) : '';
  const again = answer.status === 408 || answer.status === 429 || answer.status >= 500;
  const failure: PostFailure = {
    reason: `${answer.status}${code === undefined ? '' : `, code ${code}`}${words === '' ? '' : `: ${words}`}`,
    again,
    retryAfterMs: again ? retryAfterMs(answer.retryAfter, now) : 0,
    fix: again ? undefined : fixOf(answer.status, code),
  };
  return { taken: false, failure };
}

/** The codes are defined in Splunk's documentation of the collector. */
function fixOf(status: number, code: number | undefined): string | undefined {
  if (status === 407) return PROXY_LOGIN_HINT;
  if (code === undefined) return CHECK_URL;
  if (status === 401 || status === 403) return CHECK_TOKEN;
  if (code === 7) return CHECK_INDEX;
  return undefined;
}

/** The ids that Splunk reports as indexed; undefined for an invalid response. */
export function indexedAcks(answer: PostAnswer): ReadonlySet<number> | undefined {
  const { acks } = objectIn(answer.text);
  if (answer.status !== 200 || typeof acks !== 'object' || acks === null) return undefined;
  const indexed = Object.entries(acks).filter(([, is]) => is === true);
  return new Set(indexed.map(([id]) => Number(id)));
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function numberIn(body: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = body[name];
  return typeof value === 'number' ? value : undefined;
}
