/** What goes wrong with one request. */
export type Fault =
  /** Refused before any effect. */
  | {
      readonly how: 'status';
      readonly status: number;
      readonly reason?: string;
      readonly retryAfter?: string;
    }
  /** The connection breaks before any effect. */
  | { readonly how: 'drop before' }
  /** The request takes effect, and the connection breaks in place of the answer. */
  | { readonly how: 'drop after' }
  /** The connection breaks when this much of the request's, or of the answer's, body has passed. */
  | { readonly how: 'cut upload' | 'cut download'; readonly bytes: number }
  /** A bit flips on the way. `store corrupt`: and the server stores it without having looked. */
  | { readonly how: 'corrupt upload' | 'store corrupt' | 'corrupt download' };

/** The part of a request that a rule matches. */
export interface Faultable {
  readonly method: string;
  /** Not decoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The header of an upload, such as `bytes 0-262143/*`. */
  readonly contentRange: string | undefined;
}

export interface FaultRule {
  /** All requests, unless given. */
  readonly when?: (request: Faultable) => boolean;
  /** How many of them, 1 unless given. */
  readonly times?: number;
  readonly fault: Fault;
}

/** The rules that have not been used up. */
export class Faults {
  readonly #rules: { when: (request: Faultable) => boolean; left: number; fault: Fault }[] = [];

  add({ when = () => true, times = 1, fault }: FaultRule): void {
    this.#rules.push({ when, left: times, fault });
  }

  /** The fault of a request: that of the oldest rule that fits it. */
  take(request: Faultable): Fault | undefined {
    const rule = this.#rules.find((candidate) => candidate.left > 0 && candidate.when(request));
    if (rule === undefined) return undefined;
    rule.left -= 1;
    return rule.fault;
  }

  /** How many times rules will still strike. */
  get left(): number {
    return this.#rules.reduce((sum, rule) => sum + rule.left, 0);
  }
}

/** The connection is to be broken, with nothing more said. */
export class Broken extends Error {}

export async function* cutAfter(bytes: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of bytes) {
    if (chunk.length > left) {
      yield chunk.subarray(0, left);
      throw new Broken();
    }
    left -= chunk.length;
    yield chunk;
  }
}

/** The same, with one bit of its first byte flipped. */
export function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(0) ^ 1, 0);
  return copy;
}

export async function* corrupted(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of bytes) {
    yield first ? damaged(chunk) : chunk;
    first = false;
  }
}
