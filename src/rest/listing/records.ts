import { BridgeError } from '../../core/errors.ts';
import { parsePath, withoutRoot, type FieldPath } from '../../core/text/field-path.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { PageAnswer } from '../request/exchange.ts';
import type { SignOfMore } from '../request/answer-body.ts';
import type { FoundRecord } from './page.ts';
import { plainText, valueAtPath } from '../../json/path.ts';
import { eachAtPath, type Origin } from '../../json/each-at-path.ts';
import { eachMember, elements, isArray, isObject, type Span } from '../../json/scan.ts';

/** The usual names of record lists. A response has one of them, or the definition names another. */
export const USUAL_KEYS: readonly string[] = [
  'data',
  'entries',
  'items',
  'objects',
  'records',
  'results',
  'rows',
  'value',
  'values',
];
const KEYS_NAMED_MAX = 20;
const WORDS_LENGTH_MAX = 300;

/** Finds the records of each page of one listing. */
export class RecordFinder {
  /** The path comes from the definition or from the first page: the structure of pages does not change within a listing. */
  #path: string | undefined;
  #parsed: FieldPath | undefined;
  /** The path ends with `*` or brackets, so it leads to the records themselves, and otherwise to their list. */
  #leadsToRecords = false;
  #loss: SignOfMore | undefined;
  readonly #words: DefinitionWords;

  constructor(recordsPath: string | undefined, words: DefinitionWords) {
    this.#words = words;
    if (recordsPath !== undefined) this.#setPath(withoutRoot(recordsPath));
  }

  /** The path of what contains the records; undefined for a body that is the records, and before the first page. */
  get path(): string | undefined {
    return this.#path === undefined || this.#path === '' ? undefined : container(this.#path);
  }

  /** Set when an element that should contain records has none of the names that lead to them, not even an empty list. */
  get loss(): SignOfMore | undefined {
    return this.#loss;
  }

  /**
   * @param asked the request, for messages
   * @param redact removes secrets from the text of a response
   * @throws BridgeError SOURCE_RECORDS_MISSING; SOURCE_REFUSED for a page that reports an error, because that is not an empty
   * list
   */
  find(page: PageAnswer, asked: string, redact: (text: string) => string): FoundRecord[] {
    const { bytes, root } = page;
    refuseErrors(page, asked, redact);
    const missing = (what: string) => recordsMissing(page, asked, what, this.#words);
    if (this.#parsed === undefined) {
      if (isArray(bytes, root.start)) return [...elements(bytes, root.start)];
      this.#setPath(usualKey(page, missing));
    }
    return this.#follow(page, missing);
  }

  #setPath(path: string): void {
    this.#path = path;
    this.#parsed = parsePath(path);
    this.#leadsToRecords = /(?:\*|\])$/.test(path) && this.#parsed.many;
  }

  #follow({ bytes, root }: PageAnswer, missing: (what: string) => BridgeError): FoundRecord[] {
    const path = this.#path ?? '';
    if (path === '') return recordsOfBody(bytes, root, missing);
    const records: FoundRecord[] = [];
    const visit = (value: Span, origin: Origin): void => {
      if (this.#leadsToRecords) records.push({ start: value.start, end: value.end, origin });
      else if (isArray(bytes, value.start)) records.push(...recordsIn(bytes, value, origin));
      // Servers in some languages send null for an empty list.
      else if (!isNull(bytes, value)) throw missing(`has a ${path} that is not an array`);
    };
    const lacks = (): void => {
      this.#loss = { name: path, words: `an element without ${path}` };
    };
    const reached = eachAtPath(bytes, root, this.#parsed ?? parsePath(path), visit, lacks);
    if (reached === 'nothing' && !isNull(bytes, root)) throw missing(`has no ${path}`);
    return records;
  }
}

/** The part of a path that leads to what contains all records: `reports` of `reports[].rows`. */
function container(path: string): string | undefined {
  const names = path.replace(/(?:^|\.)\*(?:[.[].*)?$|\[(?:-?\d*|[^[\]=]+=[^[\]]*)\](?:[.[].*)?$/s, '');
  return names === '' ? undefined : names;
}

function recordsIn(bytes: Buffer, list: Span, origin: Origin): FoundRecord[] {
  const records: FoundRecord[] = [];
  for (const { start, end } of elements(bytes, list.start)) records.push({ start, end, origin });
  return records;
}

/** The body is the only record, or the list of them. */
function recordsOfBody(bytes: Buffer, root: Span, missing: (what: string) => BridgeError): FoundRecord[] {
  if (isArray(bytes, root.start)) return [...elements(bytes, root.start)];
  if (isNull(bytes, root)) return [];
  if (!isObject(bytes, root.start)) throw missing('is neither an object nor an array');
  return [root];
}

function isNull(bytes: Buffer, { start, end }: Span): boolean {
  return bytes.toString('latin1', start, end) === 'null';
}

function usualKey(page: PageAnswer, missing: (what: string) => BridgeError): string {
  const { bytes, root } = page;
  const lists = keysOf(page).filter((key) => {
    const value = USUAL_KEYS.includes(key) ? valueAtPath(bytes, root.start, key) : undefined;
    return value !== undefined && isArray(bytes, value.start);
  });
  const [only, second] = lists;
  if (only === undefined) throw missing(`has no list called ${USUAL_KEYS.join(', ')}`);
  if (second !== undefined) throw missing(`has several lists: ${lists.join(', ')}`);
  return only;
}

function recordsMissing(page: PageAnswer, asked: string, what: string, { at }: DefinitionWords): BridgeError {
  const keys = keysOf(page);
  const shown = keys.slice(0, KEYS_NAMED_MAX).join(', ') + (keys.length > KEYS_NAMED_MAX ? ', …' : '');
  const has = isObject(page.bytes, page.root.start) ? `It has: ${shown || 'nothing'}` : 'It is not an object';
  return new BridgeError('SOURCE_RECORDS_MISSING', `The answer to ${asked} ${what}. ${has}.`, {
    hint: `Say where the list of records is with ${at('recordsPath')}, for example data.items; data.* for the values of a map, and $ for a response that is one record.`,
  });
}

function keysOf({ bytes, root }: PageAnswer): string[] {
  const keys = new Set<string>();
  if (isObject(bytes, root.start)) eachMember(bytes, root.start, (key) => keys.add(key));
  return [...keys];
}

/** Refuses a response that has a non-empty `error` or `errors`. */
function refuseErrors({ bytes, root }: PageAnswer, asked: string, redact: (text: string) => string): void {
  for (const key of ['error', 'errors']) {
    const value = valueAtPath(bytes, root.start, key);
    if (value === undefined) continue;
    if (/^(null|false|0|""|\[\s*\]|\{\s*\})$/.test(bytes.toString('latin1', value.start, value.end)))
      continue;
    const words = redact(plainText(bytes, value)).replaceAll(/[\s\p{Cc}]+/gu, ' ');
    const cut = words.length > WORDS_LENGTH_MAX ? `${words.slice(0, WORDS_LENGTH_MAX)}…` : words;
    throw new BridgeError('SOURCE_REFUSED', `${asked} was answered with success and an ${key}: ${cut}`, {
      hint: 'The message quotes the API. Nothing was changed.',
    });
  }
}
