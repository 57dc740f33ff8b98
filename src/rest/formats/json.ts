import { JSON_DEPTH_MAX, ROW_BYTES_MAX } from '../../core/limits.ts';
import type { DefinitionWords } from '../definition-words.ts';
import { HTTP_CHUNK_BYTES, HTTP_ENVELOPE_BYTES_MAX } from '../limits.ts';
import { USUAL_KEYS } from '../listing/records.ts';
import { checkJson } from '../../json/check.ts';
import { withoutRoot } from '../../core/text/field-path.ts';
import { JsonTextError } from '../../json/tokens.ts';
import { isUtf8ButForHalves } from '../../pipeline/bytes/lone-surrogates.ts';
import { isHtml } from '../request/answers.ts';
import { ProblemError } from '../request/problems.ts';
import { notUtf8 } from '../request/unusable-answers.ts';
import { chunkOf, type BodyDecoder, type RecordChunk } from './chunks.ts';
import { JsonSplitter, type Way } from './json-splitter.ts';
import { cutOff, otherContent } from './response-origin.ts';

const OPENING = Buffer.from('[');
const CLOSING = Buffer.from(']');

/** Decodes a JSON response that is larger than a page may be: it holds only some of its records at a time. */
export class JsonDecoder implements BodyDecoder {
  readonly #words: DefinitionWords;
  readonly #splitter: JsonSplitter;
  readonly #outside: Buffer[] = [];
  #outsideLength = 0;
  #ready: RecordChunk[] = [];
  #hasRecords = false;
  #envelope: Buffer = Buffer.alloc(0);

  /** @param recordsPath without it, the body itself or the first list with a usual name */
  constructor(recordsPath: string | undefined, words: DefinitionWords) {
    this.#words = words;
    const path = recordsPath === undefined ? undefined : withoutRoot(recordsPath);
    this.#splitter = new JsonSplitter({
      root: { rest: path ?? '' },
      below: ({ rest }, key, isArray) => (path === undefined ? usual(key, isArray) : below(rest, key)),
      outside: (bytes) => {
        this.#keepOutside(bytes);
      },
      elements: (parts, last) => {
        this.#addElements(parts, last);
      },
      waiting: (bytes) => {
        if (bytes <= ROW_BYTES_MAX + HTTP_CHUNK_BYTES) return;
        throw this.#tooLarge(`a record of more than ${ROW_BYTES_MAX} bytes`, 'recordsPath: it may be wrong');
      },
      tooDeep: () => this.#invalid(`it nests deeper than ${JSON_DEPTH_MAX} levels`),
    });
  }

  get envelope(): Buffer {
    return this.#envelope;
  }

  async *chunks(body: AsyncIterable<Buffer>): AsyncGenerator<RecordChunk> {
    let begun = false;
    for await (const bytes of body) {
      if (!begun && isHtml(bytes.toString('utf8', 0, 1_000), undefined)) {
        throw otherContent('a page of HTML', 'JSON', this.#words);
      }
      begun = true;
      this.#splitter.write(bytes);
      yield* this.#take();
    }
    if (this.#splitter.isInList) throw cutOff('got JSON that ends in the middle of its records');
    const envelope = Buffer.concat(this.#outside);
    this.#check(envelope);
    this.#envelope = envelope;
    yield* this.#take();
  }

  #take(): readonly RecordChunk[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  #keepOutside(bytes: Buffer): void {
    this.#outside.push(bytes);
    this.#outsideLength += bytes.length;
    if (this.#outsideLength <= HTTP_ENVELOPE_BYTES_MAX) return;
    const what = `more than ${HTTP_ENVELOPE_BYTES_MAX} bytes outside the list of its records`;
    throw this.#tooLarge(what, 'recordsPath: say where the list of the records is');
  }

  #addElements(parts: readonly Buffer[], last: boolean): void {
    const bytes = Buffer.concat([OPENING, ...parts, CLOSING]);
    this.#check(bytes);
    const chunk = chunkOf(bytes);
    if (chunk.records.length > 0) this.#ready.push(chunk);
    else if (!last || this.#hasRecords) throw this.#invalid('its list of records has an unexpected comma');
    this.#hasRecords = true;
  }

  #check(bytes: Buffer): void {
    try {
      checkJson(bytes);
    } catch (thrown) {
      if (!(thrown instanceof JsonTextError)) throw thrown;
      if (thrown.fault === 'cut') throw cutOff('got JSON that ends too soon');
      throw this.#invalid(thrown.message);
    }
    if (!isUtf8ButForHalves(bytes)) throw new ProblemError(notUtf8(this.#words));
  }

  #invalid(what: string): ProblemError {
    return new ProblemError({
      code: 'SOURCE_ANSWER_INVALID',
      reason: 'not valid JSON',
      what: `got a response that cannot be read as JSON: ${what}`,
      hint: `Let ${this.#words.at('url')} lead to an API that answers JSON, or set ${this.#words.at('responseFormat')}.`,
      again: false,
    });
  }

  #tooLarge(what: string, field: string): ProblemError {
    return new ProblemError({
      code: 'SOURCE_ANSWER_TOO_LARGE',
      reason: 'response too large',
      what: `got a response that has ${what}`,
      hint: `Check ${this.#words.at(field)}; otherwise ask for smaller pages.`,
      again: false,
    });
  }
}

function usual(key: string, isArray: boolean): Way {
  return isArray && USUAL_KEYS.includes(key) ? { rest: '' } : undefined;
}

/** A key may itself contain dots. */
function below(rest: string, key: string): Way {
  if (rest === key) return { rest: '' };
  return rest.startsWith(`${key}.`) ? { rest: rest.slice(key.length + 1) } : undefined;
}
