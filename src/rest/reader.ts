import type { DetailSpec, PaginationSpec, ParentsSpec, RestSpec } from '../definitions/rest/types.ts';
import type { Clock } from '../core/time/clock.ts';
import { CHILD_WARNINGS_MAX, DETAIL_CONCURRENCY_DEFAULT, HTTP_REQUEST_SECONDS_DEFAULT } from './limits.ts';
import type { Logger } from '../core/log.ts';
import type { MinuteQuota } from '../core/time/minute-quota.ts';
import { quotaOf } from './quota.ts';
import type { RetryPolicy, Wait } from '../core/retry.ts';
import type { Redactor } from '../core/secrets/redact.ts';
import type { ProxySettings } from '../net/proxy.ts';
import type { DefinitionWords } from './definition-words.ts';
import { computedFields } from './fields/computed-fields.ts';
import { FieldPages } from './fields/field-pages.ts';
import { originFields } from './fields/origin-fields.ts';
import { DetailPages } from './details/detail-pages.ts';
import { DetailRequests } from './details/detail-requests.ts';
import { decodeText } from './details/text-body.ts';
import { mayBeConditional } from './listing/conditional.ts';
import { Listing } from './listing/listing.ts';
import type { MissingListing } from './listing/refused-page.ts';
import type { RecordPages } from './listing/page.ts';
import { openPaging } from './paging/pagination.ts';
import { ChildPages } from './partitions/child-pages.ts';
import { ChildRequests, parentsListing, type ListingSpec } from './partitions/child-requests.ts';
import { firstWarnings } from './partitions/first-warnings.ts';
import { fieldsOfParent } from './partitions/parent-fields.ts';
import { RecordFinder } from './listing/records.ts';
import { openAuthorizer, usable, type Authorizer } from './request/auth.ts';
import { HttpClient, type HttpAnswer } from './request/client.ts';
import { Exchange, type ExchangePorts } from './request/exchange.ts';
import { keptPlace, type KeptPlace } from './request/kept-place.ts';
import { openTokens } from './request/oauth.ts';
import { RequestTemplate } from './request/request.ts';
import type { Validator } from './request/validator.ts';

/** What a reader needs from its environment. */
export interface ReaderPorts {
  /** Reads a secret by its ref. @throws BridgeError SECRET_* */
  readonly secret: (ref: string) => string;
  /** Called with the address of every request, also after redirects and links. @throws BridgeError if nothing may be sent there */
  readonly admit: (address: string) => void;
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly log: Logger;
  readonly proxy: ProxySettings;
  readonly words: DefinitionWords;
  /** The redactor also receives every secret and token of the reader. */
  readonly redactor?: Redactor | undefined;
  /** The quota that several readers of one API share; without it, the reader has its own, from `rateLimit`. */
  readonly quota?: MinuteQuota | undefined;
}

/** The range of pages to read. */
interface PageRange {
  /** The `place` of an earlier page's `next` or of a statement's `rest`, for the same spec; without it, the first page. */
  readonly from?: string | undefined;
  /** The value that replaces `:watermark` in the URL, the payload and the headers. */
  readonly since?: string | undefined;
  /**
   * The validator of an earlier statement, for the same spec and secret. It is only sent if one response covers the whole
   * listing.
   */
  readonly known?: Validator | undefined;
  /**
   * The listing stops after this many pages, and its statement says where it continues. Without it, the listing is read to its
   * end, or cut off at `maxPages`.
   */
  readonly pagesMax?: number | undefined;
}

/**
 * Reads pages of records from a REST API.
 *
 * A listing always terminates: it refuses repeated pages, and its statement says whether the API suggests that there are unread
 * records. A consumer that reads one page per call leaves the iteration after it has stored a page's `next`, and continues from
 * there with another reader; it only iterates past a page without `next`, to get the statement. The consumer itself must detect
 * problems that span several such calls: a repeated place, and a total that was not reached.
 */
export interface RestReader {
  /** @throws BridgeError CONNECTOR_INVALID for an invalid address; the pages throw SOURCE_* */
  pages(range: PageRange, signal: AbortSignal): RecordPages;
  /** Closes all connections at once. May be called twice. */
  close(): Promise<void>;
}

/** Opens one listing of the definition. @param missing set if the listing may no longer exist */
type OpenListing = (listing: ListingSpec, signal: AbortSignal, missing?: MissingListing) => RecordPages;

/**
 * Opens a reader. It sends no request yet.
 * @throws BridgeError SECRET_*, SOURCE_TLS, ENVIRONMENT_INVALID
 */
export function openReader(spec: RestSpec, ports: ReaderPorts): RestReader {
  const { admit, retry, clock, wait, log, proxy, words } = ports;
  const { rateLimit } = spec;
  const client = new HttpClient(spec.tls, proxy, words);
  const authorizer = openAuthorization(spec, client, ports);
  const exchangePorts = {
    client,
    authorizer,
    admit,
    budget: ports.quota ?? quotaOf(rateLimit, clock, wait),
    retry,
    clock,
    wait,
    log,
    seconds: spec.requestTimeoutSeconds ?? HTTP_REQUEST_SECONDS_DEFAULT,
    words,
  };
  const exchange = new Exchange(exchangePorts);
  const open = ({ from, since, known, pagesMax }: PageRange, listingLog = log): OpenListing => {
    const { secretParameter } = authorizer;
    const conditional = since === undefined && mayBeConditional(spec);
    return (listing, signal, missing) =>
      new Listing(
        {
          exchange,
          paging: openPaging(listing.pagination, {
            template: new RequestTemplate(listing, since, words),
            secretParameter,
            log: listingLog,
          }),
          finder: new RecordFinder(listing.recordsPath, words),
          spec: listing.pagination,
          log: listingLog,
          keep: (place) => keep(place, listing.pagination, authorizer),
          from,
          pagesMax,
          conditional,
          known: conditional ? known : undefined,
          ignoreSigns: listing.ignoreSigns ?? [],
          words,
          missing,
        },
        signal,
      );
  };
  return {
    pages(range, signal) {
      const { parents, detail, fields } = spec;
      const found =
        parents === undefined
          ? withOriginFields(open(range)(spec, signal), spec, words)
          : childPages(
              parents,
              spec,
              // A listing for each parent has no place to resume from, and no condition.
              open(
                { ...range, from: undefined, known: undefined, pagesMax: undefined },
                firstWarnings(log, CHILD_WARNINGS_MAX),
              ),
              { log, words },
              signal,
            );
      const whole =
        detail === undefined ? found : detailPages(found, detail, spec, { exchangePorts, signal });
      return fields === undefined ? whole : new FieldPages(whole, computedFields(fields, log), words);
    },
    close: () => client.close(),
  };
}

/** Adds the fields that records receive from their place in a page. */
function withOriginFields(pages: RecordPages, spec: RestSpec, words: DefinitionWords): RecordPages {
  const added = originFields(spec);
  return added === undefined ? pages : new FieldPages(pages, added, words);
}

/** Reads the listing of parents, and a listing for each of them. */
function childPages(
  parents: ParentsSpec,
  spec: RestSpec,
  open: OpenListing,
  { log, words }: Pick<ReaderPorts, 'log' | 'words'>,
  signal: AbortSignal,
): RecordPages {
  const { parentFields } = spec;
  return new ChildPages(
    {
      spec: parents,
      parents: open(parentsListing(spec), signal),
      requests: new ChildRequests(spec, words),
      open(listing, parent, alive, report) {
        const { missingStatuses } = parents;
        const missing = missingStatuses && { statuses: missingStatuses, report };
        const pages = withOriginFields(open(listing, alive, missing), spec, words);
        if (parentFields === undefined) return pages;
        return new FieldPages(pages, fieldsOfParent(parentFields, parent), words);
      },
      log,
      words,
    },
    signal,
  );
}

/** Adds the detail of each record. */
function detailPages(
  pages: RecordPages,
  detail: DetailSpec,
  spec: RestSpec,
  { exchangePorts, signal }: { exchangePorts: ExchangePorts; signal: AbortSignal },
): RecordPages {
  const { log, words } = exchangePorts;
  const decode = detail.format === 'text' ? (answer: HttpAnswer) => decodeText(answer, words) : undefined;
  const requests = new DetailRequests(detail, spec, {
    exchange: new Exchange({ ...exchangePorts, decode }),
    words,
  });
  const { concurrency = DETAIL_CONCURRENCY_DEFAULT } = detail;
  return new DetailPages(pages, requests, { concurrency, log }, signal);
}

function openAuthorization(
  spec: RestSpec,
  client: HttpClient,
  { secret, clock, redactor: wider, words }: ReaderPorts,
): Authorizer {
  return openAuthorizer(
    spec,
    secret,
    (oauth, redactor) => {
      const { clientSecretRef = '' } = oauth;
      const clientSecret = usable(secret(clientSecretRef), clientSecretRef, 'encoded');
      return openTokens(oauth, clientSecret, { client, clock, redactor, words });
    },
    wider,
  );
}

function keep(
  place: string,
  { type, cursorField }: Partial<PaginationSpec> = {},
  { redactor, secrets }: Authorizer,
): KeptPlace {
  const isAddress = type === 'next_url' || type === 'link_header';
  return keptPlace(place, { secrets, redactor, isAddress, cursorField });
}
