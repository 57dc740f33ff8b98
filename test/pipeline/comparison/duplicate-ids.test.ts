import { describe, expect, test } from '@jest/globals';
import { DUPLICATE_PLACES_NAMED_MAX } from '../../../src/pipeline/limits.ts';
import { duplicateIdError } from '../../../src/pipeline/comparison/duplicate-ids.ts';
import type { Column, Source } from '../../../src/pipeline/ports/ports.ts';
import type { RowPlace } from '../../../src/pipeline/ports/row-place.ts';
import { KnownRecords } from '../../support/pipeline/known-records.ts';
import { planOver } from '../../support/pipeline/planning.ts';
import { rowsSource, type RowsSourceOptions, type WireRow } from '../../support/pipeline/rows-source.ts';

const COLUMNS: Column[] = [
  { name: 'id', kind: 'integer' },
  { name: 'title', kind: 'text' },
];
const people = (...ids: number[]): WireRow[] => ids.map((id, at) => [String(id), `Person ${at}`]);
/** Rows of a file with a header, each on a line of its own. */
const line = (index: number): RowPlace => ({ file: 'people.csv', line: index + 2 });
const listing = (rows: readonly WireRow[], options: Partial<RowsSourceOptions> = {}) =>
  rowsSource({ columns: COLUMNS, rows, placeOf: line, ...options });
const failure = (source: Source) =>
  planOver(source, new KnownRecords()).then(
    () => 'no failure',
    (thrown: unknown) => (thrown as Error).message,
  );
const named = (text: string) => `Several rows have the same document id: ${text}.`;

describe('the rows of an id that several have', () => {
  test('are each named by their place when the source can be read again', async () => {
    for (const batchRows of [1, 2, 100]) {
      const source = listing(people(1, 2, 3, 2, 1), { repeatable: true, batchRows });
      expect(await failure(source)).toBe(
        named(
          'hr:2 (in people.csv, line 3; people.csv, line 5), hr:1 (in people.csv, line 2; people.csv, line 6)',
        ),
      );
      expect(source.checkpoints).toEqual([undefined, undefined]);
    }
  });

  test('are named by the later one when the source is not read again', async () => {
    const source = listing(people(1, 2, 1, 1));
    expect(await failure(source)).toBe(named('hr:1 (again in people.csv, line 4)'));
    expect(source.checkpoints).toEqual([undefined]);
  });

  test('are named by a few places, and the rest of the source is not read', async () => {
    expect(DUPLICATE_PLACES_NAMED_MAX).toBe(3);
    let told = 0;
    const placeOf = (index: number) => {
      told = Math.max(told, index);
      return line(index);
    };
    const rows = people(1, 1, 1, 1, ...Array.from({ length: 20 }, (_, at) => at + 2));
    const source = listing(rows, { repeatable: true, batchRows: 4, placeOf });
    expect(await failure(source)).toBe(
      named('hr:1 (in people.csv, line 2; people.csv, line 3; people.csv, line 4)'),
    );
    expect(told).toBe(3);
  });

  test('are named by the id alone when the source has no places to tell', async () => {
    const mute = rowsSource({ columns: COLUMNS, rows: people(1, 1), repeatable: true });
    expect(await failure(mute)).toBe(named('hr:1'));
    expect(await failure(listing(people(1, 1), { placeOf: () => ({}) }))).toBe(named('hr:1'));
  });

  test('are named as far as they were known when the source cannot be read again after all', async () => {
    const source = listing(people(1, 2, 1), { repeatable: true });
    let reads = 0;
    const changing: Source = {
      ...source,
      read(checkpoint, signal) {
        reads += 1;
        if (reads > 1) throw new Error('the file has gone');
        return source.read(checkpoint, signal);
      },
    };
    expect(await failure(changing)).toBe(named('hr:1 (again in people.csv, line 4)'));
  });
});

test('places of an API are named by page and record', () => {
  const ids = new Map([
    [
      'hr:1',
      [
        { page: 1, record: 7 },
        { page: 3, record: 1 },
      ],
    ],
  ]);
  expect(duplicateIdError(ids).message).toBe(named('hr:1 (in page 1, record 7; page 3, record 1)'));
});
