import type { HttpSourceSpec } from '../../definitions/connector/types.ts';
import { mentionsWatermark } from '../../definitions/watermark-text.ts';
import type { Clock } from '../../core/clock.ts';
import { HTTP_PAGES_PER_RUN_DEFAULT, HTTP_REQUEST_SECONDS_DEFAULT } from '../../core/limits.ts';
import type { Logger } from '../../core/log.ts';
import { MinuteQuota } from '../../core/minute-quota.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { RetryPolicy, Wait } from '../../core/retry.ts';
import type { Column, ListingEnd, RowBatch, Source } from '../../pipeline/ports/ports.ts';
import { openAuthorizer, usable, type Authorizer } from '../../rest/request/auth.ts';
import { readPlace, readValidator, writePlace, writeValidator } from './checkpoint.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import { HttpClient } from '../../rest/request/client.ts';
import { mayBeConditional } from '../../rest/listing/conditional.ts';
import { cutOffChanges } from './cut-off-changes.ts';
import { Exchange } from '../../rest/request/exchange.ts';
import { fillWithAll, fillWithChanges, type Filling } from './filling.ts';
import { Listing } from '../../rest/listing/listing.ts';
import { openTokens } from '../../rest/request/oauth.ts';
import { openPaging } from '../../rest/listing/pagination.ts';
import { placeToStore } from './place-to-store.ts';
import { RecordIds } from './record-id.ts';
import { RecordFinder } from '../../rest/listing/records.ts';
import { RequestTemplate } from '../../rest/request/request.ts';
import { requireFields } from './required-fields.ts';
import { RecordRow } from '../../json/record-row.ts';
import { paginationOf, restSpecOf } from './rest-spec.ts';
import { requestPermit } from './request-permit.ts';
import { HttpWatermark } from './watermark.ts';
import { asError } from '../../core/thrown.ts';
import type { SourcePermit } from '../permit.ts';
import { RowBatcher } from '../row-batcher.ts';

/** What a source needs of its surroundings. */
export interface HttpSurroundings {
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly log: Logger;
  readonly proxy: ProxySettings;
  /** What the whole run knows to be secret; it learns what this source is authorised with. */
  readonly redactor?: Redactor | undefined;
  readonly permit: SourcePermit;
}

/** One listing under way. */
interface Opened extends Filling {
  readonly client: HttpClient;
  readonly authorizer: Authorizer;
}

/** Reads an API: page by page, each record a row, each field that the mapping names a column. */
export class HttpSource implements Source {
  readonly listing: 'full' | 'delta';
  readonly #spec: HttpSourceSpec;
  readonly #fields: readonly string[];
  readonly #ids: RecordIds;
  readonly #watermarkColumn: number;
  readonly #optional: ReadonlySet<string>;
  readonly #secret: (ref: string) => string;
  readonly #surroundings: HttpSurroundings;
  readonly #delta: boolean;
  /** A full listing that may be asked for only if it is another one. */
  readonly #conditional: boolean;
  readonly #budget: MinuteQuota | undefined;
  readonly #stops = new Set<AbortController>();

  /**
   * @param fields what the mapping names
   * @param idFields those among them that make the id of a document
   * @param secret reads a secret by its ref
   * @param optional those of the fields that no record needs to have
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
    this.#delta = mentionsWatermark(JSON.stringify([spec.url, spec.payload, spec.headers]));
    this.listing = this.#delta || spec.resumable === true ? 'delta' : 'full';
    this.#conditional = this.listing === 'full' && mayBeConditional(restSpecOf(spec));
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
        return row.columns.filter(({ name }) => !missing.has(name) || this.#optional.has(name));
      }
      return [...row.columns];
    } finally {
      await client.close();
    }
  }

  async *read(checkpoint: string | undefined, signal: AbortSignal): AsyncGenerator<RowBatch> {
    signal.throwIfAborted();
    const opened = this.#open(checkpoint);
    const { client } = opened;
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
      await client.close();
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
    const authorizer = openAuthorizer(
      spec,
      this.#secret,
      (redactor) => {
        if (oauth === undefined) throw new Error('The connector has no oauth settings.');
        const secret = usable(this.#secret(oauth.clientSecretRef), oauth.clientSecretRef, 'encoded');
        return openTokens(oauth, secret, { client, clock, redactor });
      },
      this.#surroundings.redactor,
    );
    const watermark = this.#delta ? new HttpWatermark(spec, checkpoint) : undefined;
    const template = new RequestTemplate(restSpecOf(spec), watermark?.from);
    const pagination = paginationOf(spec);
    const { secretParameter } = authorizer;
    const paging = openPaging(pagination, { template, secretParameter, log });
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
      ignoreSigns: spec.ignoreSigns ?? [],
    });
    const start = resumable ? readPlace(checkpoint, spec) : undefined;
    return { client, authorizer, listing, start, watermark, shifts: paging.shifts };
  }

  async #fill(opened: Opened, row: RecordRow, rows: RowBatcher, signal: AbortSignal): Promise<ListingEnd> {
    const { clock, log } = this.#surroundings;
    const [ids, watermarkColumn] = [this.#ids, this.#watermarkColumn];
    const ports = { row, rows, ids, watermarkColumn, now: () => clock.now(), signal };
    if (this.listing === 'full') {
      const inclusive = paginationOf(this.#spec)?.inclusive ?? false;
      const records = await fillWithAll(opened, inclusive, ports);
      if (!opened.listing.truncated && records > 0)
        requireFields(row, { optional: this.#optional, url: this.#spec.url ?? '', log });
      return this.#endOf(opened);
    }
    if (await fillWithChanges(opened, ports)) return this.#endOf(opened);
    log.warn('the checkpoint is later than the present of the API, so all changes are read again');
    const again = this.#open(undefined);
    try {
      await fillWithChanges(again, ports);
      return this.#endOf(again);
    } finally {
      await again.client.close();
    }
  }

  /** @throws BridgeError SOURCE_PAGINATION for changes that were cut off: no later run would get to the rest. */
  #endOf({ listing, watermark, authorizer }: Opened): ListingEnd {
    const { truncated } = listing;
    if (this.#spec.resumable === true) {
      const place = placeToStore(listing.rest, this.#spec, authorizer, this.#surroundings.log);
      return { checkpoint: writePlace(place, this.#spec), truncated, recurring: true };
    }
    if (listing.unchanged) return { checkpoint: undefined, truncated, unchanged: true };
    if (watermark !== undefined && listing.cutOff) throw cutOffChanges(this.#spec);
    if (truncated) return { checkpoint: undefined, truncated, ...aheadOf(watermark) };
    const { validator } = listing;
    const one = this.#conditional && validator !== undefined;
    return {
      checkpoint: one ? writeValidator(validator, this.#spec) : watermark?.checkpoint,
      truncated,
      ...(this.listing === 'full' && listing.inPages && { pieced: true }),
      ...aheadOf(watermark),
    };
  }
}

function aheadOf(watermark: HttpWatermark | undefined): Pick<ListingEnd, 'ahead'> {
  return watermark?.ahead === undefined ? {} : { ahead: watermark.ahead };
}
