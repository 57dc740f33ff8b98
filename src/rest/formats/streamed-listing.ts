import type { PaginationSpec } from '../../definitions/rest/types.ts';
import type { Logger } from '../../core/log.ts';
import type { DefinitionWords } from '../definition-words.ts';
import { checkJson } from '../../json/check.ts';
import { Circles } from '../listing/circles.ts';
import { Completeness } from '../listing/completeness.ts';
import { NextPages } from '../listing/next-pages.ts';
import type { Page, RecordPages, Statement } from '../listing/page.ts';
import { dateOf, type ReadPage } from '../listing/read-page.ts';
import { lostPage } from '../listing/refused-page.ts';
import type { Paging } from '../paging/paging.ts';
import type { RecordFinder } from '../listing/records.ts';
import type { OpenAnswer, SignOfMore } from '../request/answer-body.ts';
import type { HttpRequest } from '../request/client.ts';
import type { Exchange, PageAnswer } from '../request/exchange.ts';
import { keepableValidator, type Validator } from '../request/validator.ts';
import { NO_ENVELOPE, type BodyDecoder, type RecordChunk } from './chunks.ts';

interface StreamPorts {
  readonly exchange: Pick<Exchange, 'open' | 'errorOf' | 'nameOf' | 'redact' | 'isSecretIn'>;
  readonly paging: Paging;
  readonly finder: RecordFinder;
  readonly spec: PaginationSpec | undefined;
  readonly log: Logger;
  readonly openDecoder: (answer: OpenAnswer) => Promise<BodyDecoder>;
  /** The sign of a response whose end cannot be recognized. */
  readonly missingEnd: (answer: OpenAnswer) => SignOfMore | undefined;
  readonly conditional: boolean;
  readonly known: Validator | undefined;
  readonly ignoreSigns: readonly string[];
  readonly words: DefinitionWords;
}

interface Begun {
  readonly answer: OpenAnswer;
  readonly decoder: BodyDecoder;
  readonly chunks: AsyncGenerator<RecordChunk>;
  readonly first: IteratorResult<RecordChunk>;
}

/** A listing of one response that is read as a stream. Its pages are parts of the response. It can be iterated only once. */
export class StreamedListing implements RecordPages {
  readonly shifts = false;
  readonly #ports: StreamPorts;
  readonly #signal: AbortSignal;
  #statement: Statement | undefined;
  #records = 0;
  #hasMoved = false;
  /** The number of records of the last page that count, if the consumer reported it. */
  #counted: number | undefined;

  constructor(ports: StreamPorts, signal: AbortSignal) {
    this.#ports = ports;
    this.#signal = signal;
  }

  get statement(): Statement {
    if (this.#statement === undefined) throw new Error('The listing was not read to its end.');
    return this.#statement;
  }

  counted(_fresh: number, records: number): void {
    this.#counted = records;
  }

  moved(): void {
    this.#hasMoved = true;
  }

  /** @throws BridgeError SOURCE_*; the reason of the signal when aborted */
  async *[Symbol.asyncIterator](): AsyncGenerator<Page, void> {
    const { exchange, paging, known } = this.#ports;
    const request = paging.request(undefined);
    const begun = await exchange.open(request, this.#signal, known, (answer) => this.#begin(answer));
    if (begun === undefined) {
      this.#state({ unchanged: true, truncated: false, validator: undefined });
      return;
    }
    try {
      yield* this.#pages(begun);
      this.#finish(begun, request);
    } catch (thrown) {
      throw exchange.errorOf(thrown, request, this.#signal);
    } finally {
      await begun.chunks.return(undefined);
    }
  }

  /** Reads the first chunk, so that a response that fails before it can be requested again. */
  async #begin(answer: OpenAnswer): Promise<Begun> {
    const decoder = await this.#ports.openDecoder(answer);
    const chunks = decoder.chunks(answer.chunks);
    return { answer, decoder, chunks, first: await chunks.next() };
  }

  async *#pages({ answer, chunks, first }: Begun): AsyncGenerator<Page, void> {
    const shared = { answered: dateOf(answer), first: true, next: undefined };
    if (first.done === true) {
      yield { ...shared, bytes: NO_ENVELOPE, records: [] };
      return;
    }
    let continues: { readonly continues?: true } = {};
    for (let next: IteratorResult<RecordChunk> = first; ; next = await chunks.next()) {
      if (next.done === true) return;
      const { bytes, records } = next.value;
      yield { ...shared, ...continues, bytes, records };
      this.#records += this.#takeCount() ?? records.length;
      continues = { continues: true };
    }
  }

  #takeCount(): number | undefined {
    const counted = this.#counted;
    this.#counted = undefined;
    return counted;
  }

  /** Judges what surrounds the records, as for a page that is read as a whole. */
  #finish({ answer: { status, header, url, ...answer }, decoder }: Begun, request: HttpRequest): void {
    const { exchange, finder, paging, spec, log, words, ignoreSigns, conditional, missingEnd } = this.#ports;
    const asked = exchange.nameOf(request);
    const { envelope: bytes } = decoder;
    const loss = missingEnd({ status, header, url, ...answer });
    const whole: PageAnswer = { status, header, url, bytes, root: checkJson(bytes), loss };
    const page: ReadPage = { answer: whole, place: undefined, count: this.#records, asked, number: 1 };
    const lost = ({ number }: ReadPage, what: string) =>
      lostPage({ asked, number }, exchange.redact(what), words);
    if (finder.find(whole, asked, (text) => exchange.redact(text)).length > 0) {
      throw lost(page, 'has its list of records twice');
    }
    const completeness = new Completeness(spec, ignoreSigns, { log, words });
    completeness.see(whole, finder);
    const nextPages = new NextPages({
      paging,
      spec,
      finder,
      log,
      circles: new Circles(),
      completeness,
      inParts: false,
      words,
      lost,
    });
    const next = nextPages.after(page);
    const isPart = next.place === undefined && nextPages.isTruncatedAt(page, next, this.#records);
    const validator = conditional ? keepableValidator(whole, (text) => exchange.isSecretIn(text)) : undefined;
    this.#state({ unchanged: false, truncated: isPart || this.#hasMoved, validator });
  }

  #state({
    truncated,
    unchanged,
    validator,
  }: Pick<Statement, 'truncated' | 'unchanged' | 'validator'>): void {
    this.#statement = {
      truncated,
      unchanged,
      validator: truncated ? undefined : validator,
      cutOff: false,
      rest: undefined,
      inPages: false,
    };
  }
}
