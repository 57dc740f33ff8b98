import { hash } from 'node:crypto';
import type { ReceivedRequest } from '../../support/http/http-server.ts';

const HOUR_MS = 3_600_000;

/** Validators as RFC 9110 describes them: a weak tag of the body, or when it became what it is. */
export class Validators {
  /** Bodies in the order in which they were first given out: each is an hour newer than the one before, and years old. */
  readonly #bodies: string[] = [];

  of(body: string, kind: 'etag' | 'last-modified' | undefined): Record<string, string> {
    if (kind === undefined) return {};
    if (kind === 'etag') return { etag: `W/"${hash('sha256', body, 'base64url').slice(0, 20)}"` };
    if (this.#bodies.at(-1) !== body) this.#bodies.push(body);
    const at = Date.parse('2020-01-01T00:00:00Z') + this.#bodies.length * HOUR_MS;
    return { 'last-modified': new Date(at).toUTCString() };
  }

  /** Only a GET is ever answered 304, and a tag counts before a time. */
  isKnown({ method, headers }: ReceivedRequest, given: Readonly<Record<string, string>>): boolean {
    if (method !== 'GET') return false;
    const tags = headers['if-none-match'];
    if (tags !== undefined) return tags === given['etag'];
    const since = headers['if-modified-since'];
    const modified = given['last-modified'];
    return since !== undefined && modified !== undefined && Date.parse(modified) <= Date.parse(since);
  }
}
