import { BridgeError } from '../../core/errors.ts';
import type { JobSpec } from '../../definitions/rest/types.ts';
import type { DefinitionWords } from '../definition-words.ts';
import { checkedUrl } from '../request/address.ts';

const JOB_ID = /\{\{\s*job\.id\s*\}\}/g;

/** Whether an address needs the id of the job. */
export function needsJobId(url: string): boolean {
  return url.search(JOB_ID) !== -1;
}

/** Returns an address in which the id, percent-encoded, replaces `{{ job.id }}`. */
export function withJobId(url: string, id: string): string {
  return url.replaceAll(JOB_ID, () => encodeURIComponent(id));
}

/**
 * The requests of a job have the credentials of the listing, which belong to its origin.
 * @param url the address of the listing
 * @throws BridgeError CONNECTOR_INVALID
 */
export function requireOwnOrigin(url: string, { start, poll }: JobSpec, words: DefinitionWords): void {
  const own = new URL(checkedUrl(url, words)).origin;
  for (const [field, address] of [
    ['start.url', start.url],
    ['poll.url', poll.url],
  ] as const) {
    if (URL.canParse(address) && new URL(address).origin === own) continue;
    throw new BridgeError(
      'CONNECTOR_INVALID',
      `${words.at(`job.${field}`)} is not an address of ${own}, for which the credentials are.`,
      { hint: `Set ${words.at(`job.${field}`)} to an address that begins with ${own}.` },
    );
  }
}
