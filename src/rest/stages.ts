import type { Logger } from '../core/log.ts';
import type { DetailSpec, ParentsSpec, RestSpec } from '../definitions/rest/types.ts';
import type { DefinitionWords } from './definition-words.ts';
import { DetailPages } from './details/detail-pages.ts';
import { DetailRequests } from './details/detail-requests.ts';
import { decodeText } from './details/text-body.ts';
import { computedFields } from './fields/computed-fields.ts';
import { FieldPages } from './fields/field-pages.ts';
import { originFields } from './fields/origin-fields.ts';
import { CHILD_WARNINGS_MAX, DETAIL_CONCURRENCY_DEFAULT } from './limits.ts';
import type { RecordPages } from './listing/page.ts';
import { openListing, type ListingRange } from './open-listing.ts';
import { ChildPages } from './partitions/child-pages.ts';
import { ChildRequests, parentsListing } from './partitions/child-requests.ts';
import { firstWarnings } from './partitions/first-warnings.ts';
import { fieldsOfParent } from './partitions/parent-fields.ts';
import type { HttpAnswer } from './request/client.ts';
import { Exchange, type ExchangePorts } from './request/exchange.ts';

/** What the stages of one reading need. */
interface StagePorts {
  readonly exchangePorts: ExchangePorts;
  readonly log: Logger;
  readonly words: DefinitionWords;
  readonly signal: AbortSignal;
}

/**
 * Opens all records of a definition: its listing or those of its parents, then the detail of each record, then computed fields.
 * Only what the definition has becomes a stage.
 * @throws BridgeError CONNECTOR_INVALID for an invalid address
 */
export function openStages(spec: RestSpec, range: ListingRange, ports: StagePorts): RecordPages {
  const { parents, detail, fields } = spec;
  const { log, words, signal } = ports;
  const found =
    parents === undefined
      ? withOriginFields(openListing(spec, range, ports, signal), spec, words)
      : childPages(parents, spec, range, ports);
  const whole = detail === undefined ? found : detailPages(found, detail, spec, ports);
  return fields === undefined ? whole : new FieldPages(whole, computedFields(fields, log), words);
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
  range: ListingRange,
  { exchangePorts, log, words, signal }: StagePorts,
): RecordPages {
  const { parentFields } = spec;
  const { missingStatuses } = parents;
  // A listing for each parent has no place to resume from, and no condition.
  const whole = { ...range, from: undefined, known: undefined, pagesMax: undefined, missing: undefined };
  const ports = { exchangePorts, log: firstWarnings(log, CHILD_WARNINGS_MAX), words };
  return new ChildPages(
    {
      spec: parents,
      parents: openListing(parentsListing(spec), whole, ports, signal),
      requests: new ChildRequests(spec, words),
      open(listing, parent, alive, report) {
        const missing = missingStatuses && { statuses: missingStatuses, report };
        const pages = withOriginFields(
          openListing(listing, { ...whole, missing }, ports, alive),
          spec,
          words,
        );
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
  { exchangePorts, log, words, signal }: StagePorts,
): RecordPages {
  const isText = detail.format === 'text';
  const decode = isText
    ? (answer: HttpAnswer) => Promise.resolve().then(() => decodeText(answer, words))
    : undefined;
  const exchange = new Exchange({ ...exchangePorts, decode });
  const { concurrency = DETAIL_CONCURRENCY_DEFAULT } = detail;
  return new DetailPages(
    pages,
    new DetailRequests(detail, spec, { exchange, words }),
    { concurrency, log },
    signal,
  );
}
