import { UnreadableAnswer } from './failure.ts';
import { propertyOf } from '../../core/thrown.ts';

/** The metadata of an object. */
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

/** The number of bytes that an upload has received, from the headers of a 308: `range: bytes=0-99`, or no range at all. */
export function receivedOf(headers: Pick<Headers, 'get'>): number {
  const range = headers.get('range');
  if (range === null) return 0;
  const last = /^bytes=0-(\d+)$/.exec(range)?.[1];
  if (last === undefined) throw new UnreadableAnswer(`the answer has the range ${JSON.stringify(range)}`);
  return Number(last) + 1;
}

/** The URI of an upload session. It must be on the server that the request went to, because customer data is sent there. */
export function sessionOf(headers: Pick<Headers, 'get'>, endpoint: string): string {
  const location = headers.get('location');
  if (location === null || !URL.canParse(location)) {
    throw new UnreadableAnswer('the answer has no upload session');
  }
  const { pathname, search } = new URL(location);
  return `${new URL(endpoint).origin}${pathname}${search}`;
}

/**
 * Reads a page of a listing. The server omits the list if no object is listed.
 * @throws UnreadableAnswer
 */
export function pageOf(answer: unknown): { readonly names: string[]; readonly next: string | undefined } {
  const items = propertyOf(answer, 'items') ?? [];
  const token = propertyOf(answer, 'nextPageToken');
  const names = Array.isArray(items) ? items.map((item: unknown) => propertyOf(item, 'name')) : undefined;
  if (names?.every((name) => typeof name === 'string') !== true) {
    throw new UnreadableAnswer('the answer does not list objects');
  }
  return { names, next: typeof token === 'string' ? token : undefined };
}

/** The members and roles of a policy. The server omits an empty list. */
export function bindingsOf(policy: unknown): readonly unknown[] {
  const bindings = propertyOf(policy, 'bindings');
  return Array.isArray(bindings) ? Array.from<unknown>(bindings) : [];
}
