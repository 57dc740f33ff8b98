import type { RestSpec } from '../definitions/rest/types.ts';
import type { Clock } from '../core/time/clock.ts';
import { HTTP_REQUEST_SECONDS_DEFAULT } from './limits.ts';
import type { Logger } from '../core/log.ts';
import type { RequestQuota } from '../core/time/request-quota.ts';
import { quotaOf } from './quota.ts';
import type { RetryPolicy, Wait } from '../core/retry.ts';
import type { Redactor } from '../core/secrets/redact.ts';
import type { ProxySettings } from '../net/proxy.ts';
import type { DefinitionWords } from './definition-words.ts';
import { Job } from './jobs/job.ts';
import { JobPages } from './jobs/job-pages.ts';
import { mayBeConditional } from './listing/conditional.ts';
import type { RecordPages } from './listing/page.ts';
import type { MissingListing } from './listing/refused-page.ts';
import { openAuthorizer, type Authorizer } from './authorization/authorizer.ts';
import { openSession } from './authorization/session.ts';
import { signedClient } from './authorization/signing.ts';
import { openTokens } from './authorization/tokens.ts';
import { HttpClient } from './request/client.ts';
import { Exchange, type ExchangePorts } from './request/exchange.ts';
import { keptPlace, type KeptPlace } from './request/kept-place.ts';
import type { SentRequest } from './request/sent-request.ts';
import type { Validator } from './request/validator.ts';
import { openStages } from './stages.ts';

/** The API itself, the token endpoint of `oauth`, or the login. */
export type RequestReceiver = 'api' | 'token' | 'login';

/** What a reader needs from its environment. */
export interface ReaderPorts {
  /** Reads a secret by its ref. @throws BridgeError SECRET_* */
  readonly secret: (ref: string) => string;
  /**
   * Called with the address of every request, also after redirects and links.
   * @param receiver what the address belongs to, and therefore which secrets it receives
   * @throws BridgeError if nothing may be sent there
   */
  readonly admit: (address: string, receiver: RequestReceiver) => void;
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly log: Logger;
  readonly proxy: ProxySettings;
  readonly words: DefinitionWords;
  /** The redactor also receives every secret and token of the reader. */
  readonly redactor?: Redactor | undefined;
  /** The quota that several readers of one API share; without it, the reader has its own, from `rateLimit`. */
  readonly quota?: RequestQuota | undefined;
  /**
   * The newest refresh token by the name of the secret with the first one. Readers of one API share it, because a provider may
   * accept each token only once.
   */
  readonly refreshTokens?: Map<string, string> | undefined;
  /** Called after each response of the API. */
  readonly observe?: ((sent: SentRequest) => void) | undefined;
}

/** The range of pages to read. */
interface PageRange {
  /** The `place` of an earlier page's `next` or of a statement's `rest`, for the same spec; without it, the first page. */
  readonly from?: string | undefined;
  /** The value that replaces `:watermark` in the URL, the payload and the headers. */
  readonly since?: string | undefined;
  /** The value that replaces `:until` there. */
  readonly until?: string | undefined;
  /** A query parameter, or a key of the payload of a POST request, and its value as JSON text. */
  readonly parameter?: readonly [name: string, json: string] | undefined;
  /**
   * The statuses by which the API says that it no longer knows `from` or `parameter`: the pages then throw SOURCE_PLACE_EXPIRED.
   * Without them, a listing whose place is refused begins again at its first page.
   */
  readonly expiredStatuses?: readonly number[] | undefined;
  /** What to do if the API says, with one of these statuses, that the listing does not exist: it then has no pages. */
  readonly missing?: MissingListing | undefined;
  /** The path of `lastValue` of the statement, from the root of a response. */
  readonly lastValuePath?: string | undefined;
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
  /**
   * Returns a link or token from a response in the form without secrets that can be stored: a link as `from`, a token as JSON
   * text for `parameter`.
   */
  readonly storable: (text: string, form: 'link' | 'token') => KeptPlace;
  /** Closes all connections at once. May be called twice. */
  close(): Promise<void>;
}

/**
 * Opens a reader. It sends no request yet.
 * @throws BridgeError SECRET_*, SOURCE_TLS, ENVIRONMENT_INVALID
 */
export function openReader(spec: RestSpec, ports: ReaderPorts): RestReader {
  const { admit, retry, clock, wait, log, proxy, words } = ports;
  const client = new HttpClient(spec.tls, proxy, words);
  const authorizer = openAuthorization(spec, client, ports);
  const { redactor } = authorizer;
  const api: ExchangePorts = {
    client: spec.signing
      ? signedClient(spec.signing, client, { secret: ports.secret, clock, redactor })
      : client,
    authorizer,
    admit: (address) => {
      admit(address, 'api');
    },
    budget: ports.quota ?? quotaOf(spec.rateLimit, clock, wait),
    limitSigns: spec.rateLimit,
    retry,
    clock,
    wait,
    log,
    seconds: spec.requestTimeoutSeconds ?? HTTP_REQUEST_SECONDS_DEFAULT,
    words,
    observe: ports.observe,
  };
  const reader = {
    pages(range: PageRange, signal: AbortSignal, url = spec.url): RecordPages {
      const conditional = range.since === undefined && mayBeConditional(spec);
      const ports = { exchangePorts: api, log, words, signal };
      return openStages({ ...spec, url }, { ...range, conditional }, ports);
    },
    storable: (text: string, form: 'link' | 'token'): KeptPlace => {
      const { secrets } = authorizer;
      const { cursorField } = spec.pagination ?? {};
      return keptPlace(text, { secrets, redactor, isAddress: form === 'link', cursorField });
    },
    close: () => client.close(),
  };
  if (spec.job === undefined) return reader;
  const job = new Job(spec, spec.job, { ...api, exchange: new Exchange(api) });
  return { ...reader, pages: (range, signal) => resultPages(job, reader, range, signal) };
}

/** The pages of the result of a job, which is started when they are read. */
function resultPages(
  job: Job,
  reader: { pages(range: PageRange, signal: AbortSignal, url: string): RecordPages },
  range: PageRange,
  signal: AbortSignal,
): RecordPages {
  return new JobPages(async () => reader.pages(range, signal, await job.run(range, signal)));
}

function openAuthorization(spec: RestSpec, client: HttpClient, ports: ReaderPorts): Authorizer {
  const { secret, admit, clock, log, words, refreshTokens = new Map<string, string>() } = ports;
  const own = (receiver: RequestReceiver, redactor: Redactor) => ({
    client,
    admit: (address: string) => {
      admit(address, receiver);
    },
    ...{ secret, clock, log, words, redactor },
  });
  return openAuthorizer(spec, {
    secret,
    openTokens: (oauth, redactor) => openTokens(oauth, { ...own('token', redactor), refreshTokens }),
    openSession: (login, redactor) => openSession(login, own('login', redactor)),
    redactor: ports.redactor,
  });
}
