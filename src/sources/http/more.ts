import type { PageAnswer } from './exchange.ts';
import { nextLink } from './link-header.ts';
import { isNothing } from './pagination.ts';
import { eachMember, isObject } from '../json/scan.ts';

/** Names under which APIs write where the next page is. */
const NEXT =
  /^(?:@odata\.)?next_?(?:link|url|uri|href|cursor|token|page|page_?(?:token|url|cursor)|offset|marker|batch)?$/i;
const HAS_MORE = /^has_?(?:more|next|next_?page)$/i;

/**
 * A sign that there are more pages, in an answer that has nothing at the place where the connector looks for them: a
 * forgotten or misspelt pagination would otherwise make the first page the whole listing, and all other documents missing.
 * @returns its name, for a message
 */
export function signOfMore({ bytes, root, header }: PageAnswer): string | undefined {
  if (nextLink(header('link')) !== undefined) return 'a Link header with rel="next"';
  let sign: string | undefined;
  const look = (start: number, parent: string): void => {
    eachMember(bytes, start, (key, from, end) => {
      const value = bytes.toString('utf8', from, Math.min(end, from + 8));
      if (NEXT.test(key) && !isNothing(value)) sign ??= parent + key;
      if (HAS_MORE.test(key) && value === 'true') sign ??= parent + key;
      if (parent === '' && isObject(bytes, from)) look(from, `${key}.`);
    });
  };
  if (isObject(bytes, root.start)) look(root.start, '');
  return sign;
}
