import { describe, expect, test } from '@jest/globals';
import { resultIn } from '../../../src/server/studio/runs/run-result.ts';

const PROGRESS = '{"progress":{"phase":"extract","rows":{"seen":0}}}\n';

describe('resultIn', () => {
  test('reads the counts of the last line of a log', () => {
    const counts = { seen: 1200, added: 3, changed: 0, deleted: 2, held: 0, unchanged: 1197, quarantined: 0 };
    expect(resultIn(`${PROGRESS}${JSON.stringify({ status: 'SUCCESS', counts })}\n`)).toEqual({
      counts: [
        ['Added', '3'],
        ['Changed', '0'],
        ['Deleted', '2'],
        ['Deletes on hold', '0'],
        ['Unchanged', '1,197'],
        ['Rows set aside', '0'],
        ['Rows read', '1,200'],
      ],
      error: undefined,
    });
  });

  test('reads the message and the hint of a run that failed', () => {
    const error = { code: 'SECRET_MISSING', message: 'The secret is not set.', hint: 'Set it.' };
    expect(resultIn(`${PROGRESS}${JSON.stringify({ status: 'FAILED', error })}`)).toEqual({
      counts: [],
      error: { message: 'The secret is not set.', hint: 'Set it.' },
    });
  });

  test.each([
    ['an empty log', ''],
    ['a line that is not JSON', 'Killed\n'],
    ['JSON without a result', '{"level":"info","counts":"none"}\n'],
  ])('finds no result in %s', (_, log) => {
    expect(resultIn(log)).toBeUndefined();
  });
});
