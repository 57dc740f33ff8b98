import type { PaginationSpec } from '../../definitions/rest/types.ts';
import {
  missingParameters,
  originOf,
  sameOriginUrl,
  withoutParameter,
  withQueryOf,
} from '../request/address.ts';
import type { PageAnswer } from '../request/exchange.ts';
import { isNothing, textAtPath } from './answer-values.ts';
import { sizeOf, type Next, type Paging, type PagingContext } from './paging.ts';

/** Pages that each have the address of the next one. @param linkOf finds it in a response, as it is written there */
export function byAddress(
  spec: PaginationSpec | undefined,
  { template, secretParameter, log }: PagingContext,
  linkOf: (page: PageAnswer) => string | undefined,
): Paging {
  const first = template.request(sizeOf(spec));
  const nextAddress = nextAddresses({
    first: first.url,
    keepQuery: spec?.keepQuery,
    secretParameter,
    warn: (missing) => {
      log.warn(
        'links to next pages lack query parameters of the first request and are followed as they are; set pagination.keepQuery to true if the API forgets them, or to false if its links stand for the whole query',
        { missing },
      );
    },
  });
  return {
    shifts: false,
    request: (place) => (place === undefined ? first : template.request([], place)),
    next(page): Next {
      const link = linkOf(page);
      if (link === undefined) return { kind: 'absent' };
      if (isNothing(JSON.stringify(link)) || isNothing(link)) return { kind: 'end' };
      const whole = joinedToBase(link, spec?.nextUrlBasePath, page);
      if (whole === undefined) {
        const what = `has a next address, and no address at ${spec?.nextUrlBasePath ?? ''} that it is relative to`;
        return { kind: 'wrong', what, set: 'nextUrlBasePath' };
      }
      const written = rewritten(whole, spec?.rewriteNextUrl);
      const url = sameOriginUrl(written, page.url);
      if (url !== undefined) return { kind: 'place', place: nextAddress(url) };
      const origin = originOf(written, page.url);
      const what = `leads on to ${origin}, which is another server and is sent no credentials`;
      return { kind: 'wrong', what, set: 'rewriteNextUrl' };
    },
  };
}

/**
 * Returns a link appended to the base that the response names. It is not resolved as RFC 3986 does: to APIs with a base,
 * `/pages` is relative to its path.
 * @returns undefined if the link needs a base, and the response has none
 */
function joinedToBase(link: string, basePath: string | undefined, page: PageAnswer): string | undefined {
  if (basePath === undefined || URL.canParse(link)) return link;
  const text = textAtPath(page, basePath);
  if (text === undefined || isNothing(text) || !URL.canParse(text, page.url)) return undefined;
  const { origin, pathname } = new URL(text, page.url);
  const base = `${origin}${pathname}`;
  if (link.startsWith('?')) return `${base}${link}`;
  return `${base.replace(/\/$/, '')}/${link.replace(/^\//, '')}`;
}

/** The result is checked like any link: it must not leave the origin of the request. */
function rewritten(link: string, rule: PaginationSpec['rewriteNextUrl']): string {
  if (rule === undefined || !link.startsWith(rule.from)) return link;
  return `${rule.to}${link.slice(rule.from.length)}`;
}

interface NextAddressContext {
  /** The address of the first page, from the definition. */
  readonly first: string;
  readonly keepQuery: PaginationSpec['keepQuery'];
  /** The query parameter that holds a secret, which must not be part of a place. */
  readonly secretParameter: string | undefined;
  /** Called with the names of the parameters that links lack, if the definition does not say whether to add them. */
  readonly warn: (missing: readonly string[]) => void;
}

/**
 * Converts a link to the next page to the address to request. A link is followed unchanged (RFC 8288): its token may represent
 * the whole query, and an API may refuse or misread additional parameters. Only the author of the definition can know that an API
 * forgets parameters. That could list records that a filter excludes, so the author is warned.
 */
function nextAddresses(context: NextAddressContext): (link: string) => string {
  const { first, keepQuery, secretParameter, warn } = context;
  let hasWarned = false;
  return (link) => {
    const missing = missingParameters(link, first).filter((name) => name !== secretParameter);
    if (missing.length > 0 && keepQuery === undefined && !hasWarned) {
      hasWarned = true;
      warn(missing);
    }
    const whole = keepQuery === true ? withQueryOf(link, first) : link;
    return secretParameter === undefined ? whole : withoutParameter(whole, secretParameter);
  };
}
