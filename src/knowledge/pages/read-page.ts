import { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { RetryPolicy, Wait } from '../../core/retry.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { KnowledgeConfig } from '../../definitions/knowledge-source/types.ts';
import { afterBlanks, type Span } from '../../json/scan.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import { openReader, type RestReader } from '../../rest/reader.ts';
import type { Validator } from '../../rest/request/validator.ts';
import { conditionHeader, pageRequest, secretRefOf } from './page-request.ts';
import { pagingOf } from './paging.ts';
import { requestPermit, type KnowledgePermit } from './request-permit.ts';
import { inWordsOfConfig, KNOWLEDGE_WORDS } from './words.ts';

/** What reading a page needs from its environment. */
export interface PagePorts {
  /** Reads a secret by its name. @throws BridgeError SECRET_* */
  readonly secret: (ref: string) => string;
  readonly permit: KnowledgePermit;
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly log: Logger;
  readonly proxy: ProxySettings;
  readonly redactor: Redactor;
}

/** The request for a page and the status of its response, also if it failed. */
export interface Sent {
  /** The address, absolute and without secrets; null before the request. */
  url: string | null;
  /** Null without a response. */
  status: number | null;
}

/** A page with the items that it lists. */
export interface ReadItems {
  /** JSON that was checked. */
  readonly bytes: Buffer;
  /** Where the body begins in `bytes`. */
  readonly start: number;
  readonly items: readonly Span[];
  /**
   * Reads the rest of what the response says about the listing; called on the last page only.
   * @returns whether the response has a sign of more items, and its validator
   */
  ending(): Promise<Ending>;
  /** Returns a cursor in the form that can be stored. @throws BridgeError SOURCE_PAGINATION if that would reveal a secret */
  storable(cursor: string): string;
}

interface Ending {
  readonly signOfMore: boolean;
  readonly validator: Validator | undefined;
}

const MARK_BYTES = 3;

/**
 * Reads one page, with retries.
 * @param place the cursor, offset or page number; null for the first page
 * @param known the validator of the listing, if its first page is all of it
 * @param sent receives the address and the status
 * @param use works with the page; the connection is closed afterwards
 * @returns what `use` returns; `unchanged` if the listing is known to be the same
 * @throws BridgeError SOURCE_*, SECRET_*, POLICY_REFUSED, KNOWLEDGE_SOURCE_INVALID
 */
export async function readPage<T>(
  config: KnowledgeConfig,
  { place, known, sent }: { place: string | null; known: Validator | undefined; sent: Sent },
  ports: PagePorts,
  signal: AbortSignal,
  use: (page: ReadItems) => Promise<T>,
): Promise<T | 'unchanged'> {
  let reader: RestReader | undefined;
  try {
    const paging = pagingOf(config);
    const { spec, parameter } = pageRequest(config, paging, place, conditionHeaders(config, known));
    const secretRef = secretRefOf(config);
    const admit = requestPermit({ secretRef, headers: spec.headers ?? {} }, ports.permit);
    reader = openReader(spec, {
      ...ports,
      words: KNOWLEDGE_WORDS,
      admit: (address) => {
        sent.url ??= ports.redactor.redact(address);
        admit(address);
      },
      observe: ({ status }) => {
        sent.status = status;
      },
    });
    const pages = reader.pages({ pagesMax: 1, parameter, known }, signal);
    const iterator = pages[Symbol.asyncIterator]();
    const first = await iterator.next();
    if (first.done === true) return 'unchanged';
    const { bytes, records } = first.value;
    const { storable } = reader;
    return await use({
      bytes,
      start: startOf(bytes),
      items: records,
      async ending() {
        await iterator.next();
        const { truncated, validator } = pages.statement;
        return { signOfMore: truncated, validator };
      },
      storable: (cursor) => storableCursor(cursor, storable),
    });
  } catch (thrown) {
    throw inWordsOfConfig(thrown);
  } finally {
    await reader?.close();
  }
}

/** Some servers write a byte order mark. */
function startOf(bytes: Buffer): number {
  const hasMark = bytes.length >= MARK_BYTES && bytes.readUIntBE(0, MARK_BYTES) === 0xefbbbf;
  return afterBlanks(bytes, hasMark ? MARK_BYTES : 0);
}

function conditionHeaders(
  { ifNoneMatchHeader, ifModifiedSinceHeader }: KnowledgeConfig,
  known: Validator | undefined,
): Record<string, string> {
  if (known === undefined) return {};
  return 'etag' in known
    ? conditionHeader(ifNoneMatchHeader, known.etag)
    : conditionHeader(ifModifiedSinceHeader, known.lastModified);
}

function storableCursor(cursor: string, storable: RestReader['storable']): string {
  const isAddress = /^https?:/i.test(cursor);
  const kept = isAddress ? storable(cursor, 'link') : storable(JSON.stringify(cursor), 'token');
  if ('because' in kept) {
    throw new BridgeError(
      'SOURCE_PAGINATION',
      `The cursor of the next page cannot be stored: ${kept.because}.`,
      {
        hint: 'If a parameter of the address is the position in the listing, name it in config.cursorParam; otherwise ask the owner of the API for cursors without credentials. Nothing was stored.',
      },
    );
  }
  return isAddress ? kept.place : cursor;
}
