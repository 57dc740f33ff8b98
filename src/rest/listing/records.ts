import { BridgeError } from '../../core/errors.ts';
import { withoutRoot } from '../../core/text/field-path.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { PageAnswer } from '../request/exchange.ts';
import { plainText, valueAtPath } from '../../json/path.ts';
import { eachMember, elements, isArray, isObject, type Span } from '../../json/scan.ts';

/** The usual names of record lists. A response has one of them, or the definition names another. */
const USUAL_KEYS = ['data', 'entries', 'items', 'objects', 'records', 'results', 'rows', 'value', 'values'];
const KEYS_NAMED_MAX = 20;
const WORDS_LENGTH_MAX = 300;

/** Finds the records of each page of one listing. */
export class RecordFinder {
  /** The path comes from the definition or from the first page: the structure of pages does not change within a listing. */
  #path: string | undefined;
  readonly #words: DefinitionWords;

  constructor(recordsPath: string | undefined, words: DefinitionWords) {
    this.#words = words;
    this.#path = recordsPath && withoutRoot(recordsPath);
  }

  /** The path of the list of records; undefined for a body that is the list, and before the first page. */
  get path(): string | undefined {
    return this.#path;
  }

  /**
   * @param asked the request, for messages
   * @param redact removes secrets from the text of a response
   * @throws BridgeError SOURCE_RECORDS_MISSING; SOURCE_REFUSED for a page that reports an error, because that is not an empty
   * list
   */
  find(page: PageAnswer, asked: string, redact: (text: string) => string): Span[] {
    const { bytes, root } = page;
    refuseErrors(page, asked, redact);
    const missing = (what: string) => recordsMissing(page, asked, what, this.#words);
    if (this.#path === undefined) {
      if (isArray(bytes, root.start)) return [...elements(bytes, root.start)];
      this.#path = usualKey(page, missing);
    }
    const list = valueAtPath(bytes, root.start, this.#path);
    if (list === undefined) throw missing(`has no ${this.#path}`);
    // Servers in some languages send null for an empty list.
    if (bytes.toString('latin1', list.start, list.end) === 'null') return [];
    if (!isArray(bytes, list.start)) throw missing(`has a ${this.#path} that is not an array`);
    return [...elements(bytes, list.start)];
  }
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

function recordsMissing(
  page: PageAnswer,
  asked: string,
  what: string,
  { path }: DefinitionWords,
): BridgeError {
  const keys = keysOf(page);
  const shown = keys.slice(0, KEYS_NAMED_MAX).join(', ') + (keys.length > KEYS_NAMED_MAX ? ', …' : '');
  const has = isObject(page.bytes, page.root.start) ? `It has: ${shown || 'nothing'}` : 'It is not an object';
  return new BridgeError('SOURCE_RECORDS_MISSING', `The answer to ${asked} ${what}. ${has}.`, {
    hint: `Say where the list of records is with ${path}.recordsPath, for example data.items.`,
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
