import type { PageAnswer } from '../request/exchange.ts';
import { plainText, valueAtPath } from '../../json/path.ts';
import { eachMember, elements, isArray, isObject, isString } from '../../json/scan.ts';

/** A member of a response that is not part of its records. */
export interface Member {
  readonly key: string;
  /** The path from the top of the body, separated by dots. */
  readonly path: string;
  readonly kind: 'true' | 'false' | 'string' | 'object' | 'list' | 'other';
  /** The value as JSON, truncated if it is long. */
  readonly text: string;
  /** Whether the member has a value at any depth that is not empty. */
  readonly something: boolean;
  /** Whether the member is where APIs describe their pages, and not in an object about something else. */
  readonly near: boolean;
  /** For a list of links: their `rel` values. */
  readonly relations: readonly string[];
}

const TEXT_BYTES_MAX = 64;
const LINKS_MAX = 20;
/** Matches the objects in which APIs describe their pages: `meta`, `page_info`, `pagination.cursors` … */
const PAGING =
  /^[_@$]*(?:meta(?:data)?|pag(?:e|es|ing|ination|er|inator)(?:[-_]?(?:info|data|meta))?|links?|cursors?|info|response(?:[-_]?meta(?:data)?)?|result(?:s|[-_]?info|set)?|summary|search(?:[-_]?info)?|list(?:[-_]?info)?|collection|query|hits|total|counts?|d|@attr)$/i;
const DEPTH_MAX = 4;

/** Visits the members of a response body, except for those of its records. */
export class PartReader {
  readonly #answer: PageAnswer;
  readonly #list: string | undefined;

  /** @param list the path of the records; undefined for a body that is the records */
  constructor(answer: PageAnswer, list: string | undefined) {
    this.#answer = answer;
    this.#list = list;
  }

  each(visit: (member: Member) => void): void {
    const { bytes, root } = this.#answer;
    if (this.#list !== undefined && isObject(bytes, root.start))
      this.#look(root.start, '', { near: true, depth: 0 }, visit);
  }

  #look(
    start: number,
    parent: string,
    { near, depth }: { near: boolean; depth: number },
    visit: (member: Member) => void,
  ): void {
    const { bytes } = this.#answer;
    eachMember(bytes, start, (key, from, end) => {
      const path = parent + key;
      if (path === this.#list) return;
      visit({
        key,
        path,
        near,
        kind: kindOf(bytes, from),
        text: bytes.toString('utf8', from, Math.min(end, from + TEXT_BYTES_MAX)),
        something: hasSomething(bytes, from, end, depth),
        relations: isArray(bytes, from) && /links?$/i.test(key) ? relationsOf(bytes, from) : [],
      });
      if (!isObject(bytes, from) || depth >= DEPTH_MAX) return;
      const leads = this.#list?.startsWith(`${path}.`) === true;
      const inside = near && (leads || PAGING.test(key));
      if (inside || depth === 0) this.#look(from, `${path}.`, { near: inside, depth: depth + 1 }, visit);
    });
  }
}

function kindOf(bytes: Buffer, from: number): Member['kind'] {
  if (isObject(bytes, from)) return 'object';
  if (isArray(bytes, from)) return 'list';
  // Some APIs send strings instead of true and false.
  const text = bytes.toString('latin1', from, from + 7).toLowerCase();
  if (/^(?:true|"true")/.test(text)) return 'true';
  if (/^(?:false|"false")/.test(text)) return 'false';
  return isString(bytes, from) ? 'string' : 'other';
}

/** An object that has only empty members, such as `{"href": null}`, is empty. */
function hasSomething(bytes: Buffer, from: number, end: number, depth: number): boolean {
  if (!isObject(bytes, from)) {
    const text = bytes.toString('latin1', from, Math.min(end, from + TEXT_BYTES_MAX));
    return !/^(?:null|false|0|""|\[\s*\])$/.test(text);
  }
  let something = false;
  eachMember(bytes, from, (_, start, stop) => {
    something ||= depth < DEPTH_MAX && hasSomething(bytes, start, stop, depth + 1);
  });
  return something;
}

/** Returns the `rel` values of links such as `[{"rel": "next", "href": "…"}]`. */
function relationsOf(bytes: Buffer, start: number): string[] {
  const relations: string[] = [];
  let seen = 0;
  for (const link of elements(bytes, start)) {
    if (++seen > LINKS_MAX) break;
    const relation = isObject(bytes, link.start) ? valueAtPath(bytes, link.start, 'rel') : undefined;
    if (relation !== undefined) relations.push(plainText(bytes, relation).toLowerCase());
  }
  return relations;
}
