import type { Logger } from '../core/log.ts';
import type { PaginationSpec } from '../definitions/rest/types.ts';
import type { DefinitionWords } from './definition-words.ts';
import { decodePage, missingEnd, openDecoder } from './formats/decoders.ts';
import { StreamedListing } from './formats/streamed-listing.ts';
import { streamingOf } from './formats/streaming.ts';
import { WhenLarge } from './formats/when-large.ts';
import { Listing } from './listing/listing.ts';
import type { RecordPages } from './listing/page.ts';
import { RecordFinder } from './listing/records.ts';
import type { MissingListing } from './listing/refused-page.ts';
import { openPaging } from './paging/pagination.ts';
import type { ListingSpec } from './partitions/child-requests.ts';
import type { Authorizer } from './authorization/authorizer.ts';
import { Exchange, type ExchangePorts } from './request/exchange.ts';
import { keptPlace, type KeptPlace } from './request/kept-place.ts';
import { RequestTemplate } from './request/request.ts';
import type { Validator } from './request/validator.ts';

/** The range of one listing; see `PageRange` of the reader. */
export interface ListingRange {
  readonly from?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly parameter?: readonly [name: string, json: string] | undefined;
  readonly expiredStatuses?: readonly number[] | undefined;
  readonly lastValuePath?: string | undefined;
  readonly known?: Validator | undefined;
  readonly missing?: MissingListing | undefined;
  readonly pagesMax?: number | undefined;
  /** Whether the response to one conditional request covers the whole listing. */
  readonly conditional: boolean;
}

interface OpenPorts {
  readonly exchangePorts: ExchangePorts;
  readonly log: Logger;
  readonly words: DefinitionWords;
}

/**
 * Opens the pages of one listing, which are read as a stream if the response may be large.
 * @throws BridgeError CONNECTOR_INVALID for an invalid address
 */
export function openListing(
  spec: ListingSpec,
  { from, since, until, parameter, known, pagesMax, conditional, missing, ...feed }: ListingRange,
  { exchangePorts, log, words }: OpenPorts,
  signal: AbortSignal,
): RecordPages {
  const { authorizer } = exchangePorts;
  const template = new RequestTemplate(spec, { since, until, parameter }, words);
  const isJson = (spec.responseFormat ?? 'json') === 'json';
  const shared = {
    exchange: new Exchange({
      ...exchangePorts,
      decode: isJson ? undefined : (answer) => decodePage(spec, answer, words),
    }),
    paging: openPaging(spec.pagination, { template, secretParameter: authorizer.secretParameter, log }),
    spec: spec.pagination,
    log,
    conditional,
    known: conditional ? known : undefined,
    ignoreSigns: spec.ignoreSigns ?? [],
    words,
  };
  const finder = () => new RecordFinder(spec.recordsPath, words);
  const keepPlace = (place: string) => keep(place, spec.pagination, authorizer);
  const whole = () =>
    new Listing({ ...shared, ...feed, finder: finder(), keep: keepPlace, from, pagesMax, missing }, signal);
  const streamed = () =>
    new StreamedListing(
      {
        ...shared,
        finder: finder(),
        openDecoder: (answer) => openDecoder(spec, answer, words),
        missingEnd: (answer) => missingEnd(spec, answer),
      },
      signal,
    );
  const isWhole = [from, pagesMax, missing, feed.lastValuePath].every((part) => part === undefined);
  const openPages = {
    always: streamed,
    never: whole,
    'when large': () => new WhenLarge(whole(), streamed, log),
  };
  return openPages[isWhole ? streamingOf(spec) : 'never']();
}

function keep(
  place: string,
  { type, cursorField }: Partial<PaginationSpec> = {},
  { redactor, secrets }: Authorizer,
): KeptPlace {
  const isAddress = type === 'next_url' || type === 'link_header';
  return keptPlace(place, { secrets, redactor, isAddress, cursorField });
}
