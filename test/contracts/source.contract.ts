import { describe, expect, it } from '@jest/globals';
import type { Column, RowBatch, Source } from '../../src/pipeline/ports/ports.ts';
import { readAll, textsOf, type Listing, type RowTexts } from '../support/files/read-rows.ts';

export interface SourceUnderTest {
  /** A source of `rows` rows with the columns `id` (1, 2, …) and `name` (`row 1`, …), in that order. */
  readonly make: (rows: number) => Promise<Source>;
  /** What the columns are called, those two first; unless given, `id` and `name`. */
  readonly columns?: readonly string[];
}

const ROWS_OF_SEVERAL_BATCHES = 7_000;

const never = () => new AbortController().signal;

function expected(rows: number) {
  return Array.from({ length: rows }, (_, index) => ({ id: String(index + 1), name: `row ${index + 1}` }));
}

/** The rows with JSON strings as their texts: a source of JSON has no other kind of column. */
function plainRows(
  { columns, rows }: Listing,
  [idColumn = '', nameColumn = '']: readonly string[],
): RowTexts[] {
  const json = new Set(columns.filter(({ kind }) => kind === 'json').map(({ name }) => name));
  const plain = (name: string, text: string | null | undefined) =>
    typeof text === 'string' && json.has(name) ? String(JSON.parse(text)) : (text ?? null);
  return rows.map((row) => ({
    id: plain(idColumn, row[idColumn]),
    name: plain(nameColumn, row[nameColumn]),
  }));
}

/** A source lists its rows in any order. */
function byId(rows: readonly RowTexts[]): RowTexts[] {
  return rows.toSorted((a, b) => Number(a['id']) - Number(b['id']));
}

/** The promises of the port, which every source keeps. */
export function sourceContract(
  sourceName: string,
  { make, columns: expectedColumns = ['id', 'name'] }: SourceUnderTest,
): void {
  const open = async (rows: number) => {
    const source = await make(rows);
    const batches = source.read(undefined, never())[Symbol.asyncIterator]();
    return { source, batches };
  };

  describe(`${sourceName} as a source`, () => {
    it.each([0, 1, 2_000, 4_000, ROWS_OF_SEVERAL_BATCHES])('lists each of %i rows once', async (count) => {
      const source = await make(count);
      const rows = plainRows(await readAll(source), expectedColumns);
      await source.close();
      expect(byId(rows)).toEqual(expected(count));
    });

    it.each([0, 1, ROWS_OF_SEVERAL_BATCHES])(
      'tells the columns with every batch, and the end with the last of %i rows alone',
      async (count) => {
        const source = await make(count);
        const names: string[][] = [];
        const ends: boolean[] = [];
        for await (const { columns, end } of source.read(undefined, never())) {
          names.push(columns.map(({ name }) => name));
          ends.push(end !== undefined);
        }
        await source.close();
        expect(names.length).toBeGreaterThan(0);
        expect(names).toEqual(names.map(() => expectedColumns));
        expect(ends).toEqual(ends.map((_, index) => index === ends.length - 1));
      },
    );

    it.each([0, 3])('tells the columns of %i rows without reading one', async (count) => {
      const source = await make(count);
      const columns = await source.columns(never());
      const read = source.read(undefined, never())[Symbol.asyncIterator]();
      const { value } = (await read.next()) as { value: RowBatch };
      expect(kindsOf(value.columns)).toEqual(kindsOf(columns));
      expect(columns.map(({ name }) => name)).toEqual(expectedColumns);
      await source.close();
    });

    it('throws the reason of a signal that was aborted before the columns are asked for', async () => {
      const source = await make(3);
      const reason = new Error('not today');
      await expect(source.columns(AbortSignal.abort(reason))).rejects.toBe(reason);
      await source.close();
    });

    it('leaves a batch as it is until the next one is asked for', async () => {
      const { source, batches } = await open(ROWS_OF_SEVERAL_BATCHES);
      const { value } = (await batches.next()) as { value: RowBatch };
      const before = textsOf(value);
      // Time for the source to go on reading, if it wants to.
      for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
      expect(textsOf(value)).toEqual(before);
      await source.close();
    });

    it('lists the same rows when read again', async () => {
      const source = await make(3_000);
      const first = await readAll(source);
      const second = await readAll(source);
      await source.close();
      expect(second.rows).toHaveLength(3_000);
      const ids = (listing: Listing) => new Set(plainRows(listing, expectedColumns).map(({ id }) => id));
      expect(ids(second)).toEqual(ids(first));
      const { lost = 0, ...end } = second.end;
      expect({ lost, end }).toEqual({ lost: 0, end: first.end });
    });

    it('given its own checkpoint, lists no rows of a full listing only if it says that nothing changed', async () => {
      const source = await make(3);
      const { end } = await readAll(source);
      const again = await readAll(source, end.checkpoint);
      await source.close();
      const said = again.end.unchanged === true;
      expect(said).toBe(source.listing === 'full' && again.rows.length === 0);
      expect([end.unchanged, said && end.checkpoint === undefined]).toEqual([undefined, false]);
    });

    it('may be left in the middle, and read again', async () => {
      const source = await make(ROWS_OF_SEVERAL_BATCHES);
      for await (const batch of source.read(undefined, never())) {
        expect(batch.end).toBeUndefined();
        break;
      }
      const { rows } = await readAll(source);
      await source.close();
      expect(rows).toHaveLength(ROWS_OF_SEVERAL_BATCHES);
    });

    it('may be closed before it is read, in the middle, after it, and twice', async () => {
      const { source, batches } = await open(ROWS_OF_SEVERAL_BATCHES);
      await source.close();
      const again = await make(ROWS_OF_SEVERAL_BATCHES);
      const middle = again.read(undefined, never())[Symbol.asyncIterator]();
      await middle.next();
      await again.close();
      await again.close();
      await batches.return?.();
      await source.close();
      const whole = await make(3);
      expect(byId(plainRows(await readAll(whole), expectedColumns))).toEqual(expected(3));
      await whole.close();
      await whole.close();
    });

    it('throws the reason of a signal that was aborted before', async () => {
      const source = await make(3);
      const reason = new Error('not today');
      await expect(readAll(source, undefined, AbortSignal.abort(reason))).rejects.toBe(reason);
      await source.close();
    });

    it('throws the reason of a signal that is aborted in the middle', async () => {
      const source = await make(ROWS_OF_SEVERAL_BATCHES);
      const abort = new AbortController();
      const batches = source.read(undefined, abort.signal)[Symbol.asyncIterator]();
      await batches.next();
      const reason = new Error('enough');
      abort.abort(reason);
      await expect(batches.next()).rejects.toBe(reason);
      await expect(batches.next()).resolves.toMatchObject({ done: true });
      await source.close();
    });
  });
}

/** A source may know more of its columns. */
function kindsOf(columns: readonly Column[]) {
  return columns.map(({ name, kind, element }) => ({ name, kind, element }));
}
