import type { SignOfMore } from '../request/answer-body.ts';
import type { PageAnswer } from '../request/exchange.ts';
import { nextLink } from '../paging/link-header.ts';
import { PartReader, type Member } from './part-reader.ts';

/** The names under which APIs return the next page. Letter case, hyphens and underscores are ignored. */
const NEXT =
  /^(?:@?odata\.)?next(?:links?|ur[li]|href|cursor|token|page|page(?:token|ur[li]|cursor|link|number|start|id)|offset|marker|batch|recordsurl|start|skip|continuation(?:token)?|key|from|results?|results?ur[li]|after|set)?$/;
const CONTINUATION = /^(?:continuation(?:token)?|resumptiontoken|lastevaluatedkey)$/;
/** There are more records if a field of these names is true. */
const MORE =
  /^(?:has(?:more|next|nextpage|more(?:items|results|records|pages|data))|more|more(?:results|items|records|pages|data)?available|more(?:results|items|records|pages)|(?:is)?truncated|(?:is)?partial(?:results?)?)$/;
const HAS = /^has(?:more|next)/;
/** There are more records if a field of these names is false. */
const LAST =
  /^(?:last|(?:is)?lastpage|islast|(?:is)?done|endof(?:stream|list|results|records|data)|eof|(?:is)?complete|isfinal|exhausted)$/;
/** There are more records if a field of these names is a number above 0. */
const REMAINING =
  /^(?:remaining(?:count|items|records|results|pages)?|(?:items|records|results|pages)(?:remaining|left))$/;
/** The response is incomplete, whichever page it is. */
const INCOMPLETE = /^(?:(?:is)?incomplete(?:results?)?|timedout|terminatedearly)$/;
/** The number of parts of an index of Elasticsearch or OpenSearch whose records are not in the response. */
const FAILED_SHARDS = '_shards.failed';
const NEXT_HEADERS = [
  'X-Next-Page',
  'X-Next-Cursor',
  'X-Next-Token',
  'X-Next',
  'X-Pagination-Next-Page',
  'X-Continuation-Token',
  'X-MS-Continuation',
  'X-Has-More',
  'X-Has-Next',
];

const plainName = (key: string): string => key.toLowerCase().replaceAll(/[-_]/g, '');

/**
 * Returns the signs that there are more pages, in a response that has no value in the field that the definition names. If the
 * pagination is missing or misspelt, the first page would otherwise count as the whole listing, and all other documents as
 * missing.
 * @param list the path of the records; undefined for a body that is the list
 */
export function signsOfMore(answer: PageAnswer, list: string | undefined): SignOfMore[] {
  const signs: SignOfMore[] = [];
  if (nextLink(answer.header('link')) !== undefined) {
    signs.push({ name: 'Link', words: 'a Link header with rel="next"' });
  }
  for (const name of NEXT_HEADERS) {
    const text = answer.header(name.toLowerCase())?.trim() ?? '';
    if (!isNo(JSON.stringify(text)) && !isNo(text)) signs.push({ name, words: `a header ${name}` });
  }
  new PartReader(answer, list).each((member) => {
    if (!saysMore(member)) return;
    const says = member.kind === 'true' || member.kind === 'false' ? `${member.path}: ${member.kind}` : '';
    signs.push({
      name: member.path,
      words: HAS.test(plainName(member.key)) ? member.path : says || member.path,
    });
  });
  return signs;
}

/** Returns the signs that this response lacks records that no page contains. */
export function signsOfLoss(answer: PageAnswer, list: string | undefined): SignOfMore[] {
  const signs: SignOfMore[] = [];
  new PartReader(answer, list).each(({ key, path, kind, near, text }) => {
    if (near && kind === 'true' && INCOMPLETE.test(plainName(key))) {
      signs.push({ name: path, words: `${path}: true` });
    }
    if (path === FAILED_SHARDS && /^[1-9]/.test(text)) signs.push({ name: path, words: `${path}: ${text}` });
  });
  return signs;
}

function saysMore(member: Member): boolean {
  const { kind, near } = member;
  const key = plainName(member.key);
  if (NEXT.test(key)) return member.something && !isNo(member.text) && kind !== 'list';
  if (HAS.test(key) && MORE.test(key)) return kind === 'true';
  if (!near) return false;
  if (CONTINUATION.test(key)) return member.something && !isNo(member.text);
  if (MORE.test(key)) return kind === 'true';
  if (LAST.test(key)) return kind === 'false';
  if (REMAINING.test(key)) return /^"?[1-9]\d{0,14}"?$/.test(member.text);
  // A number is the offset of this page.
  if (key === 'offset') return kind === 'string' && !/^"-?\d*"$/.test(member.text);
  return /^_?links?$/.test(member.key.toLowerCase()) && kind === 'list' && member.relations.includes('next');
}

/** Whether a JSON value is one that APIs use to say that there is no next page. */
function isNo(json: string): boolean {
  return /^(?:null|false|0|-1|""|"(?:false|null|none|no|n|0|-1)")$/i.test(json.trim());
}
