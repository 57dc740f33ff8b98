import type { HttpSourceSpec } from '../../connector/types.ts';
import { mentionsWatermark } from '../../connector/watermark.ts';
import type { Clock } from '../../core/clock.ts';
import { BridgeError } from '../../core/errors.ts';
import { lookalikeSentences } from '../../core/lookalike.ts';
import { HTTP_PAGES_PER_RUN_DEFAULT, HTTP_REQUEST_SECONDS_DEFAULT } from '../../core/limits.ts';
import type { Logger } from '../../core/log.ts';
import { MinuteQuota } from '../../core/minute-quota.ts';
import type { RetryPolicy, Wait } from '../../core/retry.ts';
import type { Column, ListingEnd, RowBatch, Source } from '../../pipeline/ports.ts';
import { openAuthorizer, usable } from './auth.ts';
import { readPlace, readValidator, writePlace, writeValidator } from './checkpoint.ts';
import { HttpClient, type ProxySettings } from './client.ts';
import { mayBeConditional } from './conditional.ts';
import { Exchange } from './exchange.ts';
import { Listing } from './listing.ts';
import { openTokens } from './oauth.ts';
import { Overlap } from './overlap.ts';
import { openPaging, paginationOf } from './pagination.ts';
import { RecordFinder } from './records.ts';
import { RequestTemplate } from './request.ts';
import { RecordRow } from './row.ts';
import { requestPermit } from './request-permit.ts';
import { HttpWatermark } from './watermark.ts';
import { plainText } from '../json/path.ts';
import { asError } from '../network-errors.ts';
import type { SourcePermit } from '../permit.ts';
import { RowBatcher } from '../row-batcher.ts';

/** What a source needs of its surroundings. */
export interface HttpSurroundings {
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly log: Logger;
  readonly proxy: ProxySettings;
  readonly permit: SourcePermit;
}

/** One listing under way. */
interface Opened {
  readonly client: HttpClient;
  readonly listing: Listing;
  readonly start: string | undefined;
  readonly watermark: HttpWatermark | undefined;
  /** Records may come again at the beginning of the next page, because others were added before them. */
  readonly shifts: boolean;
}

/** Reads an API: page by page, each record a row, each field that the mapping names a column. */
export class HttpSource implements Source {
  readonly listing: 'full' | 'delta';
  readonly #spec: HttpSourceSpec;
  readonly #fields: readonly string[];
  readonly #secret: (ref: string) => string;
  readonly #surroundings: HttpSurroundings;
  readonly #delta: boolean;
  /** A full listing that may be asked for only if it is another one. */
  readonly #conditional: boolean;
  readonly #budget: MinuteQuota | undefined;
  readonly #stops = new Set<AbortController>();

  /**
   * @param fields what the mapping names
   * @param secret reads a secret by its ref
   * @throws BridgeError SECRET_*, SOURCE_TLS, CONNECTOR_INVALID
   */
  constructor(
    spec: HttpSourceSpec,
    fields: readonly string[],
    secret: (ref: string) => string,
    surroundings: HttpSurroundings,
  ) {
    this.#spec = spec;
    this.#fields = fields;
    this.#secret = secret;
    this.#surroundings = surroundings;
    this.#delta = mentionsWatermark(JSON.stringify([spec.url, spec.payload, spec.headers]));
    this.listing = this.#delta || spec.resumable === true ? 'delta' : 'full';
    this.#conditional = this.listing === 'full' && mayBeConditional(spec);
    const { clock, wait } = surroundings;
    this.#budget = spec.rateLimit && new MinuteQuota(spec.rateLimit.requestsPerMinute, clock, wait);
  }

  /** Fetches one page. A field that none of its records has is not among the columns; without records, all fields are. */
  async columns(signal: AbortSignal): Promise<Column[]> {
    signal.throwIfAborted();
    const { client, listing } = this.#open(undefined);
    const row = new RecordRow(this.#fields);
    try {
      for await (const { bytes, records } of listing.pages(undefined, signal)) {
        for (const { start } of records) row.load(bytes, start);
        const missing = new Set(records.length === 0 ? [] : row.missing);
        return row.columns.filter(({ name }) => !missing.has(name));
      }
      return [...row.columns];
    } finally {
      await client.close();
    }
  }

  async *read(checkpoint: string | undefined, signal: AbortSignal): AsyncGenerator<RowBatch> {
    signal.throwIfAborted();
    const opened = this.#open(checkpoint);
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
    this.#fill(opened, row, rows, alive).then(
      (reached) => {
        Object.assign(end, reached);
        rows.end();
      },
      (thrown: unknown) => {
        rows.fail(asError(thrown));
      },
    );
    try {
      yield* rows.batches(row.columns, () => end);
    } catch (thrown) {
      throw signal.aborted ? signal.reason : thrown;
    } finally {
      stop.abort();
      this.#stops.delete(stop);
      await opened.client.close();
    }
  }

  /** A listing under way closes its connections by itself, as soon as it notices. */
  close(): Promise<void> {
    for (const stop of this.#stops) stop.abort();
    return Promise.resolve();
  }

  #open(checkpoint: string | undefined): Opened {
    const spec = this.#spec;
    const { clock, retry, wait, log, proxy, permit } = this.#surroundings;
    const { tls, oauth, resumable = false, pagesPerRun = HTTP_PAGES_PER_RUN_DEFAULT } = spec;
    const client = new HttpClient(tls, proxy);
    const authorizer = openAuthorizer(spec, this.#secret, (redactor) => {
      if (oauth === undefined) throw new Error('There is no oauth to get tokens by.');
      const secret = usable(this.#secret(oauth.clientSecretRef), oauth.clientSecretRef);
      return openTokens(oauth, secret, { client, clock, redactor });
    });
    const watermark = this.#delta ? new HttpWatermark(spec, checkpoint) : undefined;
    const template = new RequestTemplate(spec, watermark?.from);
    const pagination = paginationOf(spec);
    const { secretParameter } = authorizer;
    const paging = openPaging(pagination, { template, secretParameter });
    const seconds = spec.requestTimeoutSeconds ?? HTTP_REQUEST_SECONDS_DEFAULT;
    const exchange = new Exchange({
      client,
      authorizer,
      admit: requestPermit(spec, permit),
      budget: this.#budget,
      retry,
      clock,
      wait,
      log,
      seconds,
    });
    const listing = new Listing({
      exchange,
      paging,
      finder: new RecordFinder(spec.recordsPath),
      spec: pagination,
      log,
      pagesPerRun: resumable ? pagesPerRun : undefined,
      known: this.#conditional ? readValidator(checkpoint, spec) : undefined,
    });
    const start = resumable ? readPlace(checkpoint, spec) : undefined;
    return { client, listing, start, watermark, shifts: paging.shifts };
  }

  async #fill(opened: Opened, row: RecordRow, rows: RowBatcher, signal: AbortSignal): Promise<ListingEnd> {
    const { listing, start, watermark } = opened;
    const watermarkColumn = this.#fields.indexOf(this.#spec.watermarkField ?? '');
    const overlap = new Overlap();
    let records = 0;
    for await (const page of listing.pages(start, signal)) {
      const fresh = overlap.withoutRepeated(page);
      if (fresh.length < page.records.length && opened.shifts) this.#moved(listing);
      for (const record of fresh) {
        while (rows.full) await rows.drained(signal);
        row.load(page.bytes, record.start);
        const mark = row.value(watermarkColumn);
        if (mark !== undefined) watermark?.see(plainText(page.bytes, mark));
        row.append(rows);
      }
      records += fresh.length;
    }
    if (this.listing === 'full' && !listing.truncated && records > 0) this.#checkFields(row);
    return this.#endOf(opened);
  }

  #moved(listing: Listing): void {
    if (listing.truncated) return;
    listing.truncated = true;
    this.#surroundings.log.warn(
      'records moved from page to page while the API was read, so some may have been passed over',
    );
  }

  /** Each record may lack a field, but one that the whole source lacks has another name, or was removed. */
  #checkFields(row: RecordRow): void {
    const { missing } = row;
    if (missing.length === 0) return;
    const note = lookalikeSentences(missing, row.keys);
    throw new BridgeError(
      'SOURCE_COLUMN_MISSING',
      `No record of ${this.#spec.url ?? ''} has ${missing.map((name) => JSON.stringify(name)).join(', ')}, which the mapping names.${note}`,
      { hint: 'Correct the name in spec.mapping; a field inside another one is written with a dot.' },
    );
  }

  /** @throws BridgeError SOURCE_PAGINATION for changes that were cut off: no later run would get to the rest. */
  #endOf({ listing, watermark }: Opened): ListingEnd {
    const { truncated } = listing;
    if (this.#spec.resumable === true) {
      return { checkpoint: writePlace(listing.rest, this.#spec), truncated, recurring: true };
    }
    if (listing.unchanged) return { checkpoint: undefined, truncated, unchanged: true };
    if (watermark !== undefined && listing.cutOff) throw cutOffChanges(this.#spec);
    if (truncated) return { checkpoint: undefined, truncated };
    const { validator } = listing;
    const one = this.#conditional && validator !== undefined;
    return { checkpoint: one ? writeValidator(validator, this.#spec) : watermark?.checkpoint, truncated };
  }
}

function cutOffChanges({ url = '' }: HttpSourceSpec): BridgeError {
  return new BridgeError(
    'SOURCE_PAGINATION',
    `The changes of ${url} have more pages than source.pagination.maxPages.`,
    {
      hint: 'Raise source.pagination.maxPages; otherwise no run ever comes to the end of them.',
    },
  );
}
