import { SaxesParser } from 'saxes';
import { ROW_BYTES_MAX } from '../../core/limits.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { TextOrigin } from '../../formats/origin.ts';
import { utf8Of, type TextEncoding } from '../../formats/text.ts';
import { checkJson } from '../../json/check.ts';
import { HTTP_ENVELOPE_BYTES_MAX, XML_DEPTH_MAX, XML_NAME_CHARACTERS_MAX } from '../limits.ts';
import { isHtml } from '../request/answers.ts';
import type { HttpAnswer } from '../request/client.ts';
import { ProblemError } from '../request/problems.ts';
import { ChunkWriter, type BodyDecoder, type RecordChunk } from './chunks.ts';
import {
  charsetOf,
  cutOff,
  encodingOf,
  otherContent,
  requireMediaType,
  responseOrigin,
} from './response-origin.ts';
import { XmlElement } from './xml-element.ts';

/** The declaration is in ASCII, whatever the encoding is. */
const DECLARED = /^(?:\xEF\xBB\xBF)?<\?xml\s[^>]{0,100}?encoding\s*=\s*["']([\w.-]{1,40})["']/;
const FAULT_CHARACTERS_MAX = 300;

/** Decodes an XML response. Each element at `recordsPath` becomes a record. */
export class XmlDecoder implements BodyDecoder {
  readonly #answer: Pick<HttpAnswer, 'header'>;
  readonly #recordsPath: string;
  readonly #words: DefinitionWords;
  readonly #origin: TextOrigin;
  readonly #parser = new SaxesParser();
  readonly #writer = new ChunkWriter();
  /** The elements that have not ended. */
  readonly #open: XmlElement[] = [];
  #envelope: Buffer = Buffer.from('{}');
  /** Bytes of input since the last tag, so that no text or tag is kept without a limit. */
  #waiting = 0;
  #recordSize = 0;
  #outsideSize = 0;

  constructor(answer: Pick<HttpAnswer, 'header'>, recordsPath = '', words: DefinitionWords) {
    this.#answer = answer;
    this.#recordsPath = recordsPath;
    this.#words = words;
    this.#origin = responseOrigin('XML', words);
    this.#listen();
  }

  get envelope(): Buffer {
    return this.#envelope;
  }

  async *chunks(body: AsyncIterable<Buffer>): AsyncGenerator<RecordChunk> {
    requireMediaType(this.#answer, 'XML', this.#words);
    const { encoding, chunks } = await this.#declared(body);
    for await (const text of utf8Of(this.#origin, chunks, encoding)) {
      this.#waiting += text.length;
      this.#parser.write(text.toString('utf8'));
      if (this.#waiting > ROW_BYTES_MAX + text.length) throw this.#tooLarge('a text or a tag');
      if (this.#writer.full) yield this.#writer.take();
    }
    this.#close();
    if (!this.#writer.empty) yield this.#writer.take();
  }

  #close(): void {
    try {
      this.#parser.close();
    } catch (thrown) {
      if (!(thrown instanceof ProblemError)) throw thrown;
      throw cutOff('got XML that ends too soon, before its elements are closed');
    }
  }

  /** Finds the encoding in `Content-Type`, or else in the XML declaration. */
  async #declared(
    body: AsyncIterable<Buffer>,
  ): Promise<{ encoding: TextEncoding | undefined; chunks: AsyncIterable<Buffer> }> {
    const iterator = body[Symbol.asyncIterator]();
    const first = await iterator.next();
    const start = first.done === true ? undefined : first.value;
    async function* chunks(): AsyncGenerator<Buffer> {
      try {
        if (start !== undefined) yield start;
        for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
          yield next.value;
      } finally {
        await iterator.return?.();
      }
    }
    if (isHtml(start?.toString('utf8', 0, 1_000) ?? '', undefined))
      throw otherContent('a page of HTML', 'XML', this.#words);
    const named = DECLARED.exec(start?.toString('latin1', 0, 256) ?? '')?.[1];
    const encoding =
      charsetOf(this.#answer, this.#words) ??
      (named === undefined ? undefined : encodingOf(named, this.#words));
    return { encoding, chunks: chunks() };
  }

  #listen(): void {
    const parser = this.#parser;
    parser.on('error', ({ message }) => {
      throw this.#origin.invalid(
        parser.line,
        message.replace(/^\d+:\d+: /, '').replace(/\.$/, ''),
        'Ask the owner of the API to send well-formed XML.',
      );
    });
    parser.on('doctype', () => {
      throw this.#origin.invalid(
        parser.line,
        'it has a document type (<!DOCTYPE …>), which can define entities that expand without limit or read other files',
        'Ask the owner of the API to send XML without a document type.',
      );
    });
    parser.on('opentag', ({ name, attributes }) => {
      this.#begin(name, attributes);
    });
    parser.on('text', (text) => {
      this.#addText(text);
    });
    parser.on('cdata', (text) => {
      this.#addText(text);
    });
    parser.on('closetag', () => {
      this.#end();
    });
  }

  #begin(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#waiting = 0;
    if (this.#open.length >= XML_DEPTH_MAX)
      throw this.#refused(`it nests deeper than ${XML_DEPTH_MAX} levels`);
    const names = [name, ...Object.keys(attributes)];
    if (names.some((each) => each.length > XML_NAME_CHARACTERS_MAX))
      throw this.#refused(`a name has more than ${XML_NAME_CHARACTERS_MAX} characters`);
    const parent = this.#open.at(-1);
    const rest = restBelow(parent === undefined ? this.#recordsPath : parent.rest, name);
    if (rest === '') this.#recordSize = 0;
    this.#open.push(new XmlElement(name, rest, attributes));
    this.#count(names.reduce((sum, each) => sum + each.length, 0));
    this.#count(Object.values(attributes).reduce((sum, value) => sum + value.length, 0));
  }

  #addText(text: string): void {
    const element = this.#open.at(-1);
    // Indentation between elements of the path is not content, and there is as much of it as there are records.
    if (element?.rest !== undefined && element.rest !== '' && text.trim() === '') return;
    element?.addText(text);
    this.#count(text.length);
  }

  #end(): void {
    this.#waiting = 0;
    const element = this.#open.pop();
    if (element === undefined) return;
    this.#refuseFault(element);
    const parent = this.#open.at(-1);
    if (element.rest === '') {
      const json = Buffer.from(element.toJson());
      this.#writer.add(json);
      if (parent?.has(element.name) === false) parent.addChild(element.name, '[]');
      return;
    }
    // An element without records: the list would be here.
    if (element.rest !== undefined && !element.rest.includes('.') && !element.has(element.rest)) {
      element.addChild(element.rest, '[]');
    }
    const json = element.toJson();
    if (parent === undefined) this.#finish(element.name, json);
    // Of several elements of the path, the first shows what surrounds the records.
    else if (element.rest === undefined || !parent.has(element.name)) parent.addChild(element.name, json);
  }

  #finish(name: string, json: string): void {
    this.#envelope = Buffer.from(`{${JSON.stringify(name)}:${json}}`);
    checkJson(this.#envelope);
  }

  /** Counts the size of a record, or of what surrounds the records. */
  #count(characters: number): void {
    const isInside = this.#open.some(({ rest }) => rest === '');
    if (isInside) this.#recordSize += characters;
    else this.#outsideSize += characters;
    if (this.#recordSize > ROW_BYTES_MAX) throw this.#tooLarge('a record');
    if (this.#outsideSize <= HTTP_ENVELOPE_BYTES_MAX) return;
    throw this.#refused(
      `more than ${HTTP_ENVELOPE_BYTES_MAX} characters are not part of a record`,
      `Correct ${this.#words.at('recordsPath')}, which names the elements that are records from the root on.`,
    );
  }

  /** A SOAP service may report a failure with status 200. */
  #refuseFault({ name, text }: XmlElement): void {
    if (localName(name) !== 'Fault' && !FAULT_WORDS.has(localName(name))) return;
    const [root, , fault] = this.#open;
    if (localName(root?.name ?? '') !== 'Envelope') return;
    const isFault = localName(name) === 'Fault' && this.#open.length === 2;
    if (!isFault && localName(fault?.name ?? '') !== 'Fault') return;
    if (!isFault && text === '') return;
    throw new ProblemError({
      code: 'SOURCE_REFUSED',
      reason: 'SOAP fault',
      what: `was answered with success and a SOAP fault${isFault ? '' : `: ${text.slice(0, FAULT_CHARACTERS_MAX)}`}`,
      hint: 'The message quotes the API. Nothing was changed.',
      again: false,
    });
  }

  #refused(what: string, hint = 'Ask the owner of the API what it sends.'): Error {
    return this.#origin.invalid(this.#parser.line, what, hint);
  }

  #tooLarge(what: string): ProblemError {
    return new ProblemError({
      code: 'SOURCE_ANSWER_TOO_LARGE',
      reason: 'response too large',
      what: `got XML with ${what} of more than ${ROW_BYTES_MAX} bytes in line ${this.#parser.line}`,
      hint: `Correct ${this.#words.at('recordsPath')}, which names the elements that are records from the root on.`,
      again: false,
    });
  }
}

/** The elements that have the words of a fault, in SOAP 1.1 and 1.2. */
const FAULT_WORDS = new Set(['faultstring', 'Text']);

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** Names of elements may contain dots. */
function restBelow(rest: string | undefined, name: string): string | undefined {
  if (rest === undefined || rest === '') return undefined;
  if (rest === name) return '';
  return rest.startsWith(`${name}.`) ? rest.slice(name.length + 1) : undefined;
}
