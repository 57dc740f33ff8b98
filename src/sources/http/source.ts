import type { HttpSourceSpec } from '../../definitions/connector/types.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Logger } from '../../core/log.ts';
import type { RequestQuota } from '../../core/time/request-quota.ts';
import { quotaOf } from '../../rest/quota.ts';
import type { FingerprintSet } from '../../pipeline/comparison/fingerprint-set.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { RetryPolicy, Wait } from '../../core/retry.ts';
import type { Column, ListingEnd, RowBatch } from '../../pipeline/ports/ports.ts';
import { beginListing, kindOf, type ListingKind } from './begin-listing.ts';
import { readPlace, writePlace, writeValidator } from './checkpoint.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import { CONNECTOR_WORDS } from './connector-words.ts';
import { cutOffChanges } from './cut-off-changes.ts';
import { fillWithAll, fillWithChanges, type Filling } from './filling.ts';
import type { Page } from '../../rest/listing/page.ts';
import { DeletedRecords } from './feed/deleted-records.ts';
import { nextPlace } from './feed/next-place.ts';
import { openReader, type RestReader } from '../../rest/reader.ts';
import { Overlap } from '../../rest/listing/overlap.ts';
import type { SentRequest } from '../../rest/request/sent-request.ts';
import { placeToStore } from './place-to-store.ts';
import { RecordIds } from './record-id.ts';
import { requireFields } from './required-fields.ts';
import { RecordRow } from '../../json/record-row.ts';
import { paginationOf, restSpecOf } from './rest-spec.ts';
import { requestPermit } from './request-permit.ts';
import type { HttpWatermark } from './watermark/watermark.ts';
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
  /** Only for a feed whose checkpoint is a link or token. */
  readonly continuesFrom?: (checkpoint: string) => boolean;
  readonly #spec: HttpSourceSpec;
  readonly #fields: readonly string[];
  readonly #ids: RecordIds;
  readonly #watermarkColumn: number;
  readonly #optional: ReadonlySet<string>;
  readonly #secret: (ref: string) => string;
  readonly #surroundings: HttpSurroundings;
  readonly #kind: ListingKind;
  readonly #deleted: DeletedRecords;
  /** The quota for all listings of this source together. */
  readonly #quota: RequestQuota | undefined;
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
    this.#deleted = new DeletedRecords(spec.changes);
    this.#kind = kindOf(spec);
    this.listing = this.#kind === 'full' ? 'full' : 'delta';
    if (this.#kind === 'feed') {
      this.continuesFrom = (checkpoint) => readPlace(checkpoint, spec) !== undefined;
    }
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
      const live = records.filter(({ start }) => !this.#deleted.has(bytes, start));
      for (const { start } of live) row.load(bytes, start);
      const missing = new Set(live.length === 0 ? [] : row.missing);
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
    const { clock, log } = this.#surroundings;
    return beginListing(this.#spec, this.#kind, checkpoint, { reader, clock, log }, signal);
  }

  async #fill(
    reader: RestReader,
    checkpoint: string | undefined,
    { row, rows, signal }: { row: RecordRow; rows: RowBatcher; signal: AbortSignal },
  ): Promise<ListingEnd> {
    const { clock, log } = this.#surroundings;
    const [ids, watermarkColumn, deleted] = [this.#ids, this.#watermarkColumn, this.#deleted];
    const ports = { row, rows, ids, watermarkColumn, deleted, now: () => clock.now(), signal };
    const filling = this.#begin(reader, checkpoint, signal);
    if (this.listing === 'full') {
      const inclusive = paginationOf(this.#spec)?.inclusive ?? false;
      const { url = '', fields = {} } = this.#spec;
      const overlap = new Overlap(inclusive, this.#lastIds);
      const records = await fillWithAll(filling.listing, overlap, ports);
      if (!filling.listing.statement.truncated && records > 0)
        requireFields(row, { optional: this.#optional, url, computed: fields, log });
      const end = this.#endOf(filling, reader);
      if (end.pieced !== true) return end;
      this.#lastIds = overlap.ids;
      return overlap.lost === undefined ? end : { ...end, lost: overlap.lost };
    }
    // A feed that is read from its beginning has every record.
    const isWhole = this.continuesFrom?.(checkpoint ?? '') === false;
    if (await fillWithChanges(filling, isWhole, ports)) return this.#endOf(filling, reader);
    log.warn('the checkpoint is later than the present of the API, so all changes are read again');
    const again = this.#begin(reader, undefined, signal);
    await fillWithChanges(again, false, ports);
    return this.#endOf(again, reader);
  }

  /** @throws BridgeError SOURCE_PAGINATION for changes that were cut off: no later run would reach the remaining ones. */
  #endOf({ listing, watermark }: Filling, { storable }: RestReader): ListingEnd {
    const { truncated, cutOff, rest, unchanged, validator, inPages, lastValue } = listing.statement;
    const { log } = this.#surroundings;
    if (this.#kind === 'parts') {
      const place = placeToStore(rest, log);
      return { checkpoint: writePlace(place, this.#spec), truncated, recurring: true };
    }
    if (unchanged) return { checkpoint: undefined, truncated, unchanged: true };
    if (this.listing === 'delta' && cutOff) throw cutOffChanges(this.#spec);
    if (this.#kind === 'feed' && !truncated) {
      const place = nextPlace(this.#spec, lastValue, { storable, log });
      return { checkpoint: place && writePlace(place, this.#spec), truncated };
    }
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
