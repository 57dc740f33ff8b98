import type { PageAnswer } from '../request/exchange.ts';
import { nextLink } from './link-header.ts';
import { PartReader, type Member } from './part-reader.ts';

/** How much an answer says about the place of the records that are not in it. */
export interface SignOfMore {
  /** As `ignoreSigns` has it: a path in the body, or the name of a header. */
  readonly name: string;
  /** For a message. */
  readonly words: string;
}

/** Names under which APIs write where the next page is; letters are compared without case, hyphens and underscores. */
const NEXT =
  /^(?:@?odata\.)?next(?:links?|ur[li]|href|cursor|token|page|page(?:token|ur[li]|cursor|link|number|start|id)|offset|marker|batch|recordsurl|start|skip|continuation(?:token)?|key|from|results?|results?ur[li]|after|set)?$/;
const CONTINUATION = /^(?:continuation(?:token)?|resumptiontoken|lastevaluatedkey)$/;
/** More, if they are true. */
const MORE =
  /^(?:has(?:more|next|nextpage|more(?:items|results|records|pages|data))|more|more(?:results|items|records|pages|data)?available|more(?:results|items|records|pages)|(?:is)?truncated|(?:is)?partial(?:results?)?)$/;
const HAS = /^has(?:more|next)/;
/** More, if they are false. */
const LAST =
  /^(?:last|(?:is)?lastpage|islast|(?:is)?done|endof(?:stream|list|results|records|data)|eof|(?:is)?complete|isfinal|exhausted)$/;
/** More, if they are a number above 0. */
const REMAINING =
  /^(?:remaining(?:count|items|records|results|pages)?|(?:items|records|results|pages)(?:remaining|left))$/;
/** The answer lacks something, on whatever page it is. */
const INCOMPLETE = /^(?:(?:is)?incomplete(?:results?)?|timedout|terminatedearly)$/;
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
 * The signs that there are more pages, in an answer that has nothing at the place where the definition names them: a
 * forgotten or misspelt pagination would otherwise make the first page the whole listing, and all other documents missing.
 * @param list where the records are; undefined for a body that is the list
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

/** What says that this answer lacks records, though no page has them. */
export function signsOfLoss(answer: PageAnswer, list: string | undefined): SignOfMore[] {
  const signs: SignOfMore[] = [];
  new PartReader(answer, list).each(({ key, path, kind, near }) => {
    if (near && kind === 'true' && INCOMPLETE.test(plainName(key))) {
      signs.push({ name: path, words: `${path}: true` });
    }
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
  // A number says where this page begins.
  if (key === 'offset') return kind === 'string' && !/^"-?\d*"$/.test(member.text);
  return /^_?links?$/.test(member.key.toLowerCase()) && kind === 'list' && member.relations.includes('next');
}

/** JSON values that APIs use to say that no next page exists. */
function isNo(json: string): boolean {
  return /^(?:null|false|0|-1|""|"(?:false|null|none|no|n|0|-1)")$/i.test(json.trim());
}
