import { describe, expect, test } from '@jest/globals';
import { BridgeError } from '../../../src/core/errors.ts';
import { HttpError } from '../../../src/server/http/http-error.ts';
import { failurePage } from '../../../src/server/http/pages/failure-page.tsx';

const pageOf = (error: HttpError, url: string) => failurePage(error, { id: 'request-1', url });

describe('the page of a failure', () => {
  test('names the database only when the database cannot be reached', () => {
    const limited = new HttpError('UNAVAILABLE', 'GitHub limits the requests of this token.', {
      cause: new BridgeError('GITHUB_LIMITED', 'GitHub limits the requests of this token.'),
    });
    expect(pageOf(limited, '/studio/connectors/a/pause')).toContain('GitHub limits the requests');
    expect(pageOf(limited, '/studio/connectors/a/pause')).not.toContain('database');
    const lost = new HttpError('UNAVAILABLE', 'The server cannot do this now.', {
      cause: new BridgeError('STATE_UNREACHABLE', 'No connection.'),
    });
    expect(pageOf(lost, '/ops')).toContain('cannot reach its database');
  });

  test.each([
    [new HttpError('FORBIDDEN', 'No.'), '/studio/secrets', '/login', '/studio/connectors'],
    [new HttpError('NOT_FOUND', 'No.'), '/studio/none', '/studio/connectors', '/ops'],
    [new HttpError('NOT_FOUND', 'No.'), '/ops/runs/none', '/ops', '/studio/connectors'],
    [new HttpError('BAD_REQUEST', 'No.'), '/studio/connectors?mode=x', '/studio/connectors', '/ops'],
  ])('leads on from %s at %s to %s and %s', (error, url, first, second) => {
    const html = pageOf(error, url);
    expect(html).toContain(`href="${first}"`);
    expect(html).toContain(`href="${second}"`);
    expect(html).toContain('request-1');
  });
});
