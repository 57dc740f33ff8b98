import type { HttpSourceSpec } from '../../definitions/connector/types.ts';
import { mentionsWatermark } from '../../definitions/watermark-text.ts';
import type { Clock } from '../../core/time/clock.ts';
import { HTTP_PAGES_PER_RUN_DEFAULT } from '../limits.ts';
import type { Logger } from '../../core/log.ts';
import type { MinuteQuota } from '../../core/time/minute-quota.ts';
import { quotaOf } from '../../rest/quota.ts';
import type { FingerprintSet } from '../../pipeline/comparison/fingerprint-set.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { RetryPolicy, Wait } from '../../core/retry.ts';
import type { Column, ListingEnd, RowBatch } from '../../pipeline/ports/ports.ts';
import { readPlace, readValidator, writePlace, writeValidator } from './checkpoint.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import { CONNECTOR_WORDS } from './connector-words.ts';
import { cutOffChanges } from './cut-off-changes.ts';
import { fillWithAll, fillWithChanges, type Filling } from './filling.ts';
import type { Page } from '../../rest/listing/page.ts';
import { openReader, type RestReader } from '../../rest/reader.ts';
import { Overlap } from '../../rest/listing/overlap.ts';
import type { SentRequest } from '../../rest/request/sent-request.ts';
import { placeToStore } from './place-to-store.ts';
import { RecordIds } from './record-id.ts';
import { requireFields } from './required-fields.ts';
import { RecordRow } from '../../json/record-row.ts';
import { paginationOf, restSpecOf } from './rest-spec.ts';
import { requestPermit } from './request-permit.ts';
import { HttpWatermark } from './watermark.ts';
import { asError } from '../../core/thrown.ts';
import type { OpenedSource } from '../opened-source.ts';
import type { SourcePermit } from '../permit.ts';
import { RowBatcher } from '../row-batcher.ts';

/** The environment of a source. */
export interface HttpSurroundings {
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly log: Logger;
  readonly proxy: ProxySettings;
  /** The secrets of the whole run; this source adds its own credentials. */
  readonly redactor?: Redactor | undefined;
  readonly permit: SourcePermit;
  /** Called after each response of an API. */
  readonly observe?: ((sent: SentRequest) => void) | undefined;
}

/** Reads an API page by page. Each record becomes a row, and each field that the mapping names becomes a column. */
export class HttpSource implements OpenedSource {
  readonly listing: 'full' | 'delta';
  readonly #spec: HttpSourceSpec;
  readonly #fields: readonly string[];
  readonly #ids: RecordIds;
  readonly #watermarkColumn: number;
  readonly #optional: ReadonlySet<string>;
  readonly #secret: (ref: string) => string;
  readonly #surroundings: HttpSurroundings;
  readonly #delta: boolean;
  /** The quota for all listings of this source together. */
  readonly #quota: MinuteQuota | undefined;
  /** Several listings may need a token, and each refresh token may be accepted only once. */
  readonly #refreshTokens = new Map<string, string>();
  readonly #stops = new Set<AbortController>();
  /** The ids of the last listing of several pages, which the next one is compared with. */
  #lastIds: FingerprintSet | undefined;

  /**
   * @param fields the fields that the mapping names
   * @param idFields the fields among them that form the id of a document
   * @param secret reads a secret by its ref
   * @param optional the fields that records may omit
   * @throws BridgeError SECRET_*, SOURCE_TLS, CONNECTOR_INVALID
   */
  constructor(
    spec: HttpSourceSpec,
    fields: readonly string[],
    idFields: readonly string[],
    secret: (ref: string) => string,
    surroundings: HttpSurroundings,
    optional: ReadonlySet<string> = new Set(),
  ) {
    this.#optional = optional;
    this.#spec = spec;
    this.#fields = fields;
    this.#ids = new RecordIds(fields, idFields);
    this.#watermarkColumn = fields.indexOf(spec.watermarkField ?? '');
    this.#secret = secret;
    this.#surroundings = surroundings;
    this.#delta = mentionsWatermark(
      JSON.stringify([spec.url, spec.payload, spec.headers, spec.parents, spec.job?.start]),
    );
    this.listing = this.#delta || spec.resumable === true ? 'delta' : 'full';
    const { clock, wait } = surroundings;
    this.#quota = quotaOf(spec.rateLimit, clock, wait);
  }

  /**
   * Fetches one page. A field that none of its records has is not among the columns. If there are no records, all fields are
   * columns.
   */
  async columns(signal: AbortSignal): Promise<Column[]> {
    const row = new RecordRow(this.#fields);
    for await (const { bytes, records } of this.pages(signal)) {
      for (const { start } of records) row.load(bytes, start);
      const missing = new Set(records.length === 0 ? [] : row.missing);
      return row.columns.filter(({ name }) => !missing.has(name) || this.#optional.has(name));
    }
    return [...row.columns];
  }

  async *pages(signal: AbortSignal): AsyncGenerator<Page> {
    signal.throwIfAborted();
    const reader = this.#open();
    try {
      yield* this.#begin(reader, undefined, signal).listing;
    } finally {
      await reader.close();
    }
  }

  async *read(checkpoint: string | undefined, signal: AbortSignal): AsyncGenerator<RowBatch> {
    signal.throwIfAborted();
    const reader = this.#open();
    const rows = new RowBatcher();
    const row = new RecordRow(this.#fields);
    const end: { -readonly [Key in keyof ListingEnd]: ListingEnd[Key] } = {
      checkpoint: undefined,
      truncated: false,
    };
    const stop = new AbortController();
    this.#stops.add(stop);
    const alive = AbortSignal.any([signal, stop.signal]);
    alive.addEventListener('abort', () => {
      rows.fail(new Error('stopped'));
    });
    this.#fill(reader, checkpoint, { row, rows, signal: alive }).then(
      (reached) => {
        Object.assign(end, reached);
        rows.end();
      },
      (thrown: unknown) => {
        rows.fail(asError(thrown));
      },
    );
    try {
      yield* rows.batches(
        row.columns,
        () => end,
        (page, record) => ({ page, record }),
      );
    } catch (thrown) {
      throw signal.aborted ? signal.reason : thrown;
    } finally {
      stop.abort();
      this.#stops.delete(stop);
      await reader.close();
    }
  }

  /** A listing in progress closes its connections by itself as soon as it is aborted. */
  close(): Promise<void> {
    for (const stop of this.#stops) stop.abort();
    this.#lastIds = undefined;
    return Promise.resolve();
  }

  #open(): RestReader {
    const { permit, ...surroundings } = this.#surroundings;
    return openReader(restSpecOf(this.#spec), {
      ...surroundings,
      secret: this.#secret,
      admit: requestPermit(this.#spec, permit),
      quota: this.#quota,
      refreshTokens: this.#refreshTokens,
      words: CONNECTOR_WORDS,
    });
  }

  #begin(reader: RestReader, checkpoint: string | undefined, signal: AbortSignal): Filling {
    const spec = this.#spec;
    const { resumable = false, pagesPerRun = HTTP_PAGES_PER_RUN_DEFAULT } = spec;
    const watermark = this.#delta ? new HttpWatermark(spec, checkpoint) : undefined;
    const range = {
      from: resumable ? readPlace(checkpoint, spec) : undefined,
      since: watermark?.from,
      known: this.listing === 'full' ? readValidator(checkpoint, spec) : undefined,
      pagesMax: resumable ? pagesPerRun : undefined,
    };
    return { listing: reader.pages(range, signal), watermark };
  }

  async #fill(
    reader: RestReader,
    checkpoint: string | undefined,
    { row, rows, signal }: { row: RecordRow; rows: RowBatcher; signal: AbortSignal },
  ): Promise<ListingEnd> {
    const { clock, log } = this.#surroundings;
    const [ids, watermarkColumn] = [this.#ids, this.#watermarkColumn];
    const ports = { row, rows, ids, watermarkColumn, now: () => clock.now(), signal };
    const filling = this.#begin(reader, checkpoint, signal);
    if (this.listing === 'full') {
      const inclusive = paginationOf(this.#spec)?.inclusive ?? false;
      const { url = '', fields = {} } = this.#spec;
      const overlap = new Overlap(inclusive, this.#lastIds);
      const records = await fillWithAll(filling.listing, overlap, ports);
      if (!filling.listing.statement.truncated && records > 0)
        requireFields(row, { optional: this.#optional, url, computed: fields, log });
      const end = this.#endOf(filling);
      if (end.pieced !== true) return end;
      this.#lastIds = overlap.ids;
      return overlap.lost === undefined ? end : { ...end, lost: overlap.lost };
    }
    if (await fillWithChanges(filling, ports)) return this.#endOf(filling);
    log.warn('the checkpoint is later than the present of the API, so all changes are read again');
    const again = this.#begin(reader, undefined, signal);
    await fillWithChanges(again, ports);
    return this.#endOf(again);
  }

  /** @throws BridgeError SOURCE_PAGINATION for changes that were cut off: no later run would reach the remaining ones. */
  #endOf({ listing, watermark }: Filling): ListingEnd {
    const { truncated, cutOff, rest, unchanged, validator, inPages } = listing.statement;
    if (this.#spec.resumable === true) {
      const place = placeToStore(rest, this.#surroundings.log);
      return { checkpoint: writePlace(place, this.#spec), truncated, recurring: true };
    }
    if (unchanged) return { checkpoint: undefined, truncated, unchanged: true };
    if (watermark !== undefined && cutOff) throw cutOffChanges(this.#spec);
    if (truncated) return { checkpoint: undefined, truncated, ...aheadOf(watermark) };
    return {
      checkpoint: validator === undefined ? watermark?.checkpoint : writeValidator(validator, this.#spec),
      truncated,
      ...(this.listing === 'full' && inPages && { pieced: true }),
      ...aheadOf(watermark),
    };
  }
}

function aheadOf(watermark: HttpWatermark | undefined): Pick<ListingEnd, 'ahead'> {
  return watermark?.ahead === undefined ? {} : { ahead: watermark.ahead };
}
