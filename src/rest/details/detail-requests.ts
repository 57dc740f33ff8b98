import { BridgeError } from '../../core/errors.ts';
import { parsePath, withoutRoot, type FieldPath } from '../../core/text/field-path.ts';
import type { DetailSpec, RestSpec } from '../../definitions/rest/types.ts';
import { valueAtPath } from '../../json/path.ts';
import { isObject } from '../../json/scan.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { Exchange, PageAnswer } from '../request/exchange.ts';
import { RequestTemplate } from '../request/request.ts';
import { recordHeaders } from '../templates/plain-headers.ts';
import { RecordTemplates, type RecordText } from '../templates/record-templates.ts';
import { membersOf, mergedRecord, type NewMember } from './merged-record.ts';

const ACCEPT_ANY_TEXT = { accept: 'text/plain, text/*;q=0.9, */*;q=0.8' };

interface DetailPorts {
  /** Decodes the responses as `format` says. */
  readonly exchange: Pick<Exchange, 'page' | 'nameOf'>;
  readonly words: DefinitionWords;
}

/** Requests the detail of each record, and adds it to the record. */
export class DetailRequests {
  readonly #detail: DetailSpec;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #ports: DetailPorts;
  readonly #templates = new RecordTemplates('record');
  readonly #path: FieldPath;

  constructor(detail: DetailSpec, spec: RestSpec, ports: DetailPorts) {
    this.#detail = detail;
    this.#headers = { ...(detail.format === 'text' ? ACCEPT_ANY_TEXT : {}), ...recordHeaders(spec) };
    this.#ports = ports;
    this.#path = parsePath(withoutRoot(detail.recordPath ?? ''));
  }

  /**
   * @returns the record with its detail as JSON; undefined if the API says that the record no longer exists
   * @throws BridgeError SOURCE_*; the reason of the signal when aborted
   */
  async recordWithDetail(record: RecordText, signal: AbortSignal): Promise<Buffer | undefined> {
    const { exchange, words } = this.#ports;
    const { url, missingStatuses } = this.#detail;
    const fill = this.#templates.of(record);
    const filled = fill(url, { field: words.at('detail.url'), place: 'url' });
    const request = new RequestTemplate({ url: filled, headers: this.#headers }, {}, words).request([]);
    const answer = await this.#asked(() => exchange.page(request, signal, { endStatuses: missingStatuses }));
    if (answer === 'no_page' || answer === 'unchanged') return undefined;
    return mergedRecord(record, this.#membersOf(answer, exchange.nameOf(request)));
  }

  /** A failed request fails the run: without its detail, the document of a record would lose its content. */
  async #asked<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (thrown) {
      const mayBeMissing =
        thrown instanceof BridgeError &&
        (thrown.code === 'SOURCE_REFUSED' || thrown.code === 'SOURCE_PERMISSION');
      if (!mayBeMissing) throw thrown;
      const { code, message, hint, nextRunAfter } = thrown;
      const { at } = this.#ports.words;
      throw new BridgeError(code, message, {
        hint: `${hint} If the API answers so for single records that cannot be read, set ${at('detail.missingStatuses')}: they then count as removed.`,
        nextRunAfter,
        cause: thrown,
      });
    }
  }

  #membersOf({ bytes, root }: PageAnswer, asked: string): readonly NewMember[] {
    const { into, recordPath } = this.#detail;
    const { at } = this.#ports.words;
    const value = valueAtPath(bytes, root.start, this.#path);
    if (value === undefined) {
      const message = `The answer to ${asked} has no ${recordPath ?? 'record'}.`;
      const hint = `Correct ${at('detail.recordPath')}: the path of the record in the response.`;
      throw new BridgeError('SOURCE_RECORDS_MISSING', message, { hint });
    }
    if (into !== undefined) return [{ name: into, bytes, start: value.start, end: value.end }];
    // A record that is not an object, such as an id, is replaced by its detail.
    if (!isObject(bytes, value.start)) {
      const message = `The answer to ${asked} is not an object, so its fields cannot replace those of the record.`;
      const hint = `Set ${at('detail.into')} to the field that receives the answer, or correct ${at('detail.recordPath')}.`;
      throw new BridgeError('SOURCE_RECORDS_MISSING', message, { hint });
    }
    return membersOf(bytes, value.start);
  }
}
