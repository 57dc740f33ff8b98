import { describe, expect, test } from '@jest/globals';
import type { ErrorCode } from '../../../src/core/error-kinds.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { exitStatusOf, thrownOutcome, type DriftFinding } from '../../../src/app/drift/drift-finding.ts';

const about = { comparer: 'columns', subject: 'columns hr', connector: 'hr', message: 'Something.' };
const OK: DriftFinding = { ...about, status: 'ok' };
const WARN: DriftFinding = { ...about, status: 'warn', fix: 'Look.' };
const DRIFT: DriftFinding = { ...about, status: 'drift', fix: 'Write.' };
const failed = (code: ErrorCode): DriftFinding => ({ ...about, status: 'fail', fix: 'Do.', code });

describe('the exit status', () => {
  test('is 0 without drift, whatever the warnings', () => {
    expect(exitStatusOf([])).toBe(0);
    expect(exitStatusOf([OK, WARN, { ...OK, status: 'skip' }])).toBe(0);
  });

  test('is 65 when there is drift, whatever failed beside it', () => {
    expect(exitStatusOf([failed('SECRET_MISSING'), OK, DRIFT])).toBe(65);
  });

  test.each([
    [1, ['INTERNAL', 'SECRET_MISSING']],
    [78, ['SOURCE_UNREACHABLE', 'GEMINI_PERMISSION', 'SECRET_MISSING']],
    [77, ['SOURCE_REFUSED', 'GEMINI_PERMISSION']],
    [69, ['SOURCE_UNREACHABLE', 'SOURCE_REFUSED', 'SOURCE_FILE_INVALID']],
    [65, ['SOURCE_UNREACHABLE', 'SOURCE_FILE_INVALID']],
    [75, ['SOURCE_UNREACHABLE', 'CHECK_TIMEOUT']],
  ] as const)('is %i, the worst of %j', (status, codes) => {
    expect(exitStatusOf([OK, ...codes.map(failed)])).toBe(status);
    expect(exitStatusOf([...codes].reverse().map(failed))).toBe(status);
  });
});

describe('the finding of an error', () => {
  const error = new BridgeError('SOURCE_COLUMN_MISSING', 'No "x".', { hint: 'Add it.' });

  test('is drift where its code says so, and otherwise a failure with that code', () => {
    expect(thrownOutcome(error, ['SOURCE_COLUMN_MISSING'])).toEqual({
      status: 'drift',
      message: 'No "x".',
      fix: 'Add it.',
    });
    expect(thrownOutcome(error, [])).toEqual({
      status: 'fail',
      message: 'No "x".',
      fix: 'Add it.',
      code: 'SOURCE_COLUMN_MISSING',
    });
  });

  test('has an instruction even without a hint, and is a bug when the error is unexpected', () => {
    expect(thrownOutcome(new BridgeError('SOURCE_REFUSED', 'No.'), [])).toMatchObject({
      fix: 'See docs/errors.md.',
    });
    expect(thrownOutcome(new TypeError('oops'), [])).toMatchObject({ status: 'fail', code: 'INTERNAL' });
  });
});
