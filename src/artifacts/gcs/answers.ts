import { UnreadableAnswer } from './failure.ts';
import { propertyOf } from '../../core/thrown.ts';

/** An object as the server describes it. */
export interface ObjectFacts {
  readonly bytes: number;
  readonly crc32c: string;
  readonly generation: string;
}

/** @throws UnreadableAnswer */
export function factsOf(resource: unknown): ObjectFacts {
  const [bytes, generation] = [
    Number(propertyOf(resource, 'size')),
    String(propertyOf(resource, 'generation')),
  ];
  const crc32c = propertyOf(resource, 'crc32c');
  if (Number.isSafeInteger(bytes) && /^\d+$/.test(generation) && typeof crc32c === 'string') {
    return { bytes, crc32c, generation };
  }
  throw new UnreadableAnswer('the answer does not describe an object');
}

/** How much an upload has, from the headers of a 308: `range: bytes=0-99`, or no range at all. */
export function receivedOf(headers: unknown): number {
  const range = propertyOf(headers, 'range');
  if (range === undefined) return 0;
  const last = typeof range === 'string' ? /^bytes=0-(\d+)$/.exec(range)?.[1] : undefined;
  if (last === undefined) throw new UnreadableAnswer(`the answer has the range ${JSON.stringify(range)}`);
  return Number(last) + 1;
}

/** The URI of an upload session, kept on the server that was asked: what is sent there is the customer's data. */
export function sessionOf(headers: unknown, endpoint: string): string {
  const location = propertyOf(headers, 'location');
  if (typeof location !== 'string' || !URL.canParse(location)) {
    throw new UnreadableAnswer('the answer has no upload session');
  }
  const { pathname, search } = new URL(location);
  return `${new URL(endpoint).origin}${pathname}${search}`;
}

export function pageTokenOf(nextQuery: unknown): string | undefined {
  const token = propertyOf(nextQuery, 'pageToken');
  return typeof token === 'string' ? token : undefined;
}
