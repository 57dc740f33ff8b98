import type { DefinitionWords } from '../definition-words.ts';
import { linesOf, type Line } from '../../formats/lines.ts';
import type { TextOrigin } from '../../formats/origin.ts';
import { utf8Of } from '../../formats/text.ts';
import { checkJson } from '../../json/check.ts';
import { plainText, valueAtPath } from '../../json/path.ts';
import { eachMember, isObject } from '../../json/scan.ts';
import { JsonTextError } from '../../json/tokens.ts';
import type { HttpAnswer } from '../request/client.ts';
import { ProblemError } from '../request/problems.ts';
import { ChunkWriter, NO_ENVELOPE, type BodyDecoder, type RecordChunk } from './chunks.ts';
import { charsetOf, cutOff, requireMediaType, responseOrigin } from './response-origin.ts';

/** The keys of a line that reports an error in place of the remaining records. */
const ERROR_KEYS = new Set(['code', 'error', 'errors', 'message', 'reason', 'status']);
const ERROR_CHARACTERS_MAX = 300;

/** Decodes a response with one JSON object per line. */
export class NdjsonDecoder implements BodyDecoder {
  readonly envelope = NO_ENVELOPE;
  readonly #answer: Pick<HttpAnswer, 'header'>;
  readonly #words: DefinitionWords;
  readonly #origin: TextOrigin;

  constructor(answer: Pick<HttpAnswer, 'header'>, words: DefinitionWords) {
    this.#answer = answer;
    this.#words = words;
    this.#origin = responseOrigin('NDJSON', words);
  }

  async *chunks(body: AsyncIterable<Buffer>): AsyncGenerator<RecordChunk> {
    requireMediaType(this.#answer, 'NDJSON', this.#words);
    const writer = new ChunkWriter();
    const text = utf8Of(this.#origin, body, charsetOf(this.#answer, this.#words));
    for await (const lines of linesOf(this.#origin, text)) {
      for (const line of lines) {
        writer.add(this.#record(line));
        if (writer.full) yield writer.take();
      }
    }
    if (!writer.empty) yield writer.take();
  }

  #record({ bytes, number, ended }: Line): Buffer {
    const hint = `NDJSON has one JSON object per line. Correct ${this.#words.at('responseFormat')} if the API sends another format.`;
    try {
      const { start, end } = checkJson(bytes);
      if (!isObject(bytes, start)) throw this.#origin.invalid(number, 'it is not a JSON object', hint);
      refuseError(bytes, start, number);
      return bytes.subarray(start, end);
    } catch (thrown) {
      if (!(thrown instanceof JsonTextError)) throw thrown;
      if (thrown.fault === 'cut' && !ended)
        throw cutOff(`got NDJSON that ends in the middle of line ${number}`);
      throw this.#origin.invalid(number, `it is not JSON: ${thrown.message}`, hint);
    }
  }
}

/** Refuses a line that has only the members of an error report: the status of the response was sent before the error occurred. */
function refuseError(bytes: Buffer, start: number, line: number): void {
  const keys: string[] = [];
  eachMember(bytes, start, (key) => keys.push(key));
  if (!keys.every((key) => ERROR_KEYS.has(key))) return;
  const error = valueAtPath(bytes, start, 'error') ?? valueAtPath(bytes, start, 'errors');
  if (error === undefined) return;
  const words = plainText(bytes, error).replaceAll(/[\s\p{Cc}]+/gu, ' ');
  if (/^(?:null|false|0||\[\s*\]|\{\s*\})$/.test(words)) return;
  throw new ProblemError({
    code: 'SOURCE_REFUSED',
    reason: 'error in the response',
    what: `was answered with success and an error in line ${line}: ${words.slice(0, ERROR_CHARACTERS_MAX)}`,
    hint: 'The message quotes the API. Nothing was changed.',
    again: false,
  });
}
