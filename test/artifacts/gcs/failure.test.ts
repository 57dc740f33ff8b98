import { describe, expect, it } from '@jest/globals';
import {
  CredentialsFailure,
  RefusedAnswer,
  failureOf,
  isTransient,
} from '../../../src/artifacts/gcs/failure.ts';
import { GcsBucket } from '../../../src/artifacts/gcs/client.ts';
import { ALWAYS_HELD } from '../../support/pipeline/always-held.ts';
import { BUCKET, gcsForEachTest } from '../../support/gcs.ts';

const gcs = gcsForEachTest();

/** What is thrown when the server answers so. */
async function thrownFor(status: number, more: { reason?: string; retryAfter?: string } = {}) {
  gcs.server().fail({ fault: { how: 'status', status, ...more } });
  const bucket = new GcsBucket(BUCKET, { url: gcs.server().url, loopback: true }, ALWAYS_HELD);
  return await bucket.facts('one').catch((error: unknown) => error);
}

describe('the error of a failed request', () => {
  it('is taken from the answer', async () => {
    const thrown = await thrownFor(429, { reason: 'rateLimitExceeded', retryAfter: '7' });
    expect(failureOf(thrown)).toMatchObject({
      status: 429,
      reason: 'rateLimitExceeded',
      retryAfterSeconds: 7,
      words: 'The stand-in was told to answer 429',
    });
  });

  it.each([
    [429, undefined, true],
    [408, undefined, true],
    [500, undefined, true],
    [503, undefined, true],
    [403, 'rateLimitExceeded', true],
    [403, 'forbidden', false],
    [400, undefined, false],
    [401, undefined, false],
    [404, undefined, false],
    [412, undefined, false],
  ])('as %i (%s) is worth another try: %s', async (status, reason, expected) => {
    const failure = failureOf(await thrownFor(status, reason === undefined ? {} : { reason }));
    expect(failure).toMatchObject({ status });
    expect(isTransient(failure!)).toBe(expected);
  });

  it.each([
    ['ECONNRESET', true],
    ['ENOTFOUND', true],
    ['ETIMEDOUT', true],
    ['SELF_SIGNED_CERT_IN_CHAIN', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false],
  ])('as %s is worth another try: %s', (code, expected) => {
    const failure = failureOf(Object.assign(new Error('what the system says'), { code }));
    expect(isTransient(failure!)).toBe(expected);
  });

  it('names a URL without its query, which may be the key to an upload', () => {
    const message =
      'request to https://storage.googleapis.com/upload/storage/v1/b/x/o?uploadType=resumable&upload_id=SECRET failed, reason: socket hang up';
    const { words } = failureOf(Object.assign(new Error(message), { code: 'ECONNRESET' }))!;
    expect(words).toBe(
      'request to https://storage.googleapis.com/upload/storage/v1/b/x/o failed, reason: socket hang up',
    );
  });

  it('is told in one short line, also when a proxy answered with a page', () => {
    const answered = (text: string) => new RefusedAnswer({ status: 502, headers: new Headers() }, text);
    expect(failureOf(answered(`<html><body>${'<p>sorry</p>'.repeat(1_000)}</body></html>`))).toMatchObject({
      words: 'the answer with status 502 has no error message',
    });
    expect(failureOf(answered('Bad Gateway\r\nof example.com'))).toMatchObject({ words: 'Bad Gateway' });
    expect(failureOf(answered('x'.repeat(1_000)))!.words).toHaveLength(300);
  });

  it('is what the token was refused with, when there was none', () => {
    const refusal = Object.assign(new Error('invalid_grant'), { code: '400', response: { status: 400 } });
    expect(failureOf(new CredentialsFailure(refusal))).toMatchObject({ status: 400, words: 'invalid_grant' });
    const absent = new Error('Could not load the default credentials.');
    expect(failureOf(new CredentialsFailure(absent))).toMatchObject({
      status: undefined,
      words: 'Could not load the default credentials',
    });
    const inside = new SyntaxError('Unexpected token s in JSON at position 9: {"key":s3cret}');
    expect(failureOf(new CredentialsFailure(inside))!.words).not.toContain('s3cret');
  });

  it.each([new TypeError('x is not a function'), new Error('a bug'), 'a string', undefined, null])(
    'is not told for %p, which is a bug',
    (thrown) => {
      expect(failureOf(thrown)).toBeUndefined();
    },
  );
});
