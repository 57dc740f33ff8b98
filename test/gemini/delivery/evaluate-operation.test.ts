import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DELIVERY_FAILURES_READ_MAX } from '../../../src/gemini/limits.ts';
import type { DocumentFailure } from '../../../src/gemini/delivery/failures.ts';
import { evaluateOperation, type Evaluation } from '../../../src/gemini/delivery/evaluate-operation.ts';
import type { ManifestFile } from '../../../src/pipeline/ports/ports.ts';

/** One file for each number of rows, as they are sent. */
const filesOf = (...rows: readonly number[]): ManifestFile[] =>
  rows.map((count, index) => ({
    kind: 'upserts.discovery',
    name: `part-${index}`,
    uri: `gs://bucket/part-${index}`,
    rows: count,
    bytes: 1,
    crc32c: '',
  }));
const atLine = (uri: string, line: number): DocumentFailure => ({ place: { uri, line }, reason: 'odd' });
const named = (apiId: string): DocumentFailure => ({ place: { apiId }, reason: 'odd' });
const nameless: DocumentFailure = { place: undefined, reason: 'something' };
const counts = (sent: number, failed: number) => ({ sent, succeeded: sent - failed, failed });

/** Rows that a evaluation rejects, of documents with the ids `d0`, `d1` …; undefined if nothing is proven. */
function rejectedRows(evaluation: Evaluation, sent: number): number[] | undefined {
  if (!evaluation.proven) return undefined;
  const rows = Array.from({ length: sent }, (_, row) => row);
  return rows.filter((row) => evaluation.rejectionOf(row, `d${row}`) !== undefined);
}

describe('an operation that is done', () => {
  test('has taken everything when nothing failed and the counts add up', () => {
    const evaluation = evaluateOperation(counts(3, 0), [], filesOf(3), 'refused');
    expect(evaluation).toMatchObject({ proven: true, count: 0 });
    expect(rejectedRows(evaluation, 3)).toEqual([]);
  });

  test.each([
    ['fewer', { sent: 3, succeeded: 2, failed: 0 }],
    ['more', { sent: 3, succeeded: 4, failed: 0 }],
    ['none at all', { sent: 3, succeeded: 0, failed: 0 }],
    ['fewer, with failures', { sent: 3, succeeded: 1, failed: 1 }],
  ])('proves nothing when it counts %s than were sent', (_, miscounted) => {
    const evaluation = evaluateOperation(miscounted, [named('d1')], filesOf(3), 'refused');
    expect(evaluation).toMatchObject({
      proven: false,
      reason: expect.stringContaining('3 documents were sent'),
    });
  });

  test('proves nothing when it names fewer or more than failed, or one without a name', () => {
    for (const failures of [
      [],
      [named('d0')],
      [named('d0'), named('d1'), named('d2')],
      [named('d0'), nameless],
    ]) {
      expect(evaluateOperation(counts(4, 2), failures, filesOf(4), 'refused').proven).toBe(false);
    }
    const words = evaluateOperation(counts(4, 1), [nameless], filesOf(4), 'refused');
    expect(words).toMatchObject({ reason: expect.stringContaining('something') });
  });

  test('may name one document twice', () => {
    const evaluation = evaluateOperation(counts(4, 1), [named('d2'), named('d2')], filesOf(4), 'refused');
    expect(evaluation).toMatchObject({ proven: true, count: 1 });
    expect(rejectedRows(evaluation, 4)).toEqual([2]);
  });

  test('is not read any further when more failed than are told apart', () => {
    const many = DELIVERY_FAILURES_READ_MAX;
    expect(evaluateOperation(counts(many + 1, many), [], filesOf(many + 1), 'refused')).toMatchObject({
      proven: false,
      reason: expect.stringContaining('too many'),
    });
  });

  test.each([
    ['a file that was not sent', atLine('gs://bucket/other', 1)],
    ['a line after the last', atLine('gs://bucket/part-0', 4)],
    // Together with one that may be either of two lines, which must not make up for it.
  ])('proves nothing when it names %s', (_, failure) => {
    const failures = [atLine('gs://bucket/part-1', 2), failure];
    expect(evaluateOperation(counts(8, 2), failures, filesOf(3, 5), 'refused').proven).toBe(false);
  });

  test('proves nothing when its lines count from 0 and from 1', () => {
    const failures = [atLine('gs://bucket/part-0', 0), atLine('gs://bucket/part-1', 5)];
    expect(evaluateOperation(counts(8, 2), failures, filesOf(3, 5), 'refused').proven).toBe(false);
  });

  test('says of what it names whether it changed anything', () => {
    for (const outcome of ['refused', 'unknown'] as const) {
      const evaluation = evaluateOperation(counts(2, 1), [named('d1')], filesOf(2), outcome);
      if (!evaluation.proven) throw new Error('It proves something.');
      expect(evaluation.rejectionOf(1, 'd1')).toEqual({ reason: 'odd', outcome });
    }
  });
});

/** How documents are spread over files, and which of them fail. */
const deliveries = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }).chain((sizes) => {
  const sent = sizes.reduce((sum, size) => sum + size, 0);
  const rows = fc.uniqueArray(fc.integer({ min: 0, max: sent - 1 }), { minLength: 1 });
  return fc.record({ sizes: fc.constant(sizes), failed: rows, base: fc.constantFrom(0, 1) });
});

describe('failures by line', () => {
  test('always keep out what failed, and of the others only neighbours, as unknown', () => {
    fc.assert(
      fc.property(deliveries, ({ sizes, failed, base }) => {
        const files = filesOf(...sizes);
        const sent = sizes.reduce((sum, size) => sum + size, 0);
        const failures = failed.map((row) => {
          let file = 0;
          let inFile = row;
          while (inFile >= (sizes[file] ?? 0)) inFile -= sizes[file++] ?? 0;
          return atLine(`gs://bucket/part-${file}`, inFile + base);
        });
        const evaluation = evaluateOperation(counts(sent, failed.length), failures, files, 'refused');
        if (!evaluation.proven) throw new Error(evaluation.reason);
        const rows = rejectedRows(evaluation, sent) ?? [];
        expect(rows).toHaveLength(evaluation.count);
        expect(rows).toEqual(expect.arrayContaining(failed));
        for (const row of rows.filter((one) => !failed.includes(one))) {
          // The previous or next line, which is the same line counted from 0 or 1.
          expect(failed).toContain(base === 0 ? row + 1 : row - 1);
          expect(evaluation.rejectionOf(row, `d${row}`)?.outcome).toBe('unknown');
        }
        // Once a line can only be counted one way, all can.
        const settled = failures.some(
          ({ place }) =>
            place !== undefined &&
            'line' in place &&
            [0, files.find(({ uri }) => uri === place.uri)?.rows].includes(place.line),
        );
        expect(settled ? rows.length : failed.length).toBe(failed.length);
      }),
    );
  });
});
