import { expect, test } from '@jest/globals';
import { failureJson, failureText, writeFailure } from '../../../src/cli/output/failure.ts';
import { BridgeError, toBridgeError } from '../../../src/core/errors.ts';

test('a failure says what failed, what to do next and whether trying again helps', () => {
  const error = new BridgeError('SOURCE_UNREACHABLE', 'Nobody there.', { hint: 'Look for them.' });
  expect(failureText(error)).toBe(
    '✗ SOURCE_UNREACHABLE: Nobody there.\n  → Look for them.\n  Trying again later can help. (exit 75)\n',
  );
  expect(failureJson(error)).toEqual({
    code: 'SOURCE_UNREACHABLE',
    message: 'Nobody there.',
    hint: 'Look for them.',
    retryable: true,
    next_run_after: null,
  });
});

test('a failure that the other side set a time for says when', () => {
  const nextRunAfter = new Date('2026-11-20T12:00:00Z');
  const error = new BridgeError('SOURCE_RATE_LIMITED', 'Not now.', { nextRunAfter });
  expect(failureText(error)).toContain('Trying again after 2026-11-20T12:00:00.000Z can help. (exit 75)');
  expect(failureJson(error)).toMatchObject({ next_run_after: '2026-11-20T12:00:00.000Z' });
});

test('a failure without a hint has no line for it', () => {
  const error = new BridgeError('USAGE', 'No.');
  expect(failureText(error)).toBe('✗ USAGE: No.\n  Trying again without a change will not help. (exit 2)\n');
  expect(failureJson(error)).toMatchObject({ hint: null });
});

test('an unexpected error is called a bug and asks to be reported', () => {
  const text = failureText(toBridgeError(new TypeError('undefined is not a function')));
  expect(text).toContain('INTERNAL: undefined is not a function');
  expect(text).toContain('report');
  expect(text).toContain('(exit 1)');
});

test('a failure is wrapped for a terminal between words, after secrets that contain spaces are removed', () => {
  const message = ['The run was stopped. The first were', '  hr:7 (row 7): the password is pass word one'];
  const error = new BridgeError('QUARANTINE_LIMIT', message, { hint: 'Correct the rows or the mapping.' });
  const written = (isTTY: boolean) => {
    let text = '';
    const stream = { write: (piece: string) => (text += piece), isTTY, columns: 30 };
    writeFailure(error, stream, (line) => line.replaceAll('pass word one', '***'));
    return text;
  };
  expect(written(true).split('\n')).toEqual([
    '✗ QUARANTINE_LIMIT: The run',
    '  was stopped. The first were',
    '  hr:7 (row 7): the password',
    '    is ***',
    '  → Correct the rows or the',
    '    mapping.',
    '  Trying again without a',
    '    change will not help.',
    '    (exit 65)',
    '',
  ]);
  expect(written(false).split('\n')).toHaveLength(5);
});
