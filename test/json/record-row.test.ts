import { describe, expect, test } from '@jest/globals';
import { RecordRow, type RowSink } from '../../src/json/record-row.ts';

/** Each row as its values: JSON as it was sent, null, or undefined for an absent field. */
class Rows implements RowSink {
  readonly rows: (string | null | undefined)[][] = [];
  #bytes: Buffer[] = [];
  reserved = 0;

  startRow(bytes: number): void {
    this.reserved = bytes;
    this.#bytes = [];
  }

  append(source: Buffer, start: number, end: number): void {
    this.#bytes.push(Buffer.from(source.subarray(start, end)));
  }

  endRow(): void {
    const bytes = Buffer.concat(this.#bytes);
    expect(bytes.length).toBeLessThanOrEqual(this.reserved);
    const row: (string | null | undefined)[] = [];
    for (let at = 0; at < bytes.length;) {
      const length = bytes.readInt32BE(at);
      at += 4;
      row.push(length === -1 ? null : length < 0 ? undefined : bytes.toString('utf8', at, at + length));
      at += Math.max(length, 0);
    }
    this.rows.push(row);
  }
}

function rowOf(record: string, fields: readonly string[]): (string | null | undefined)[] | undefined {
  const rows = new Rows();
  const row = new RecordRow(fields);
  row.load(Buffer.from(record), 0);
  row.append(rows);
  return rows.rows[0];
}

describe('a row of a record', () => {
  test.each<[string, string, string | null | undefined]>([
    ['every digit of a number', '{"a": 9007199254740993.10 }', '9007199254740993.10'],
    ['a string with its quotation marks and escapes', '{"a":"\\u0041\\n"}', '"\\u0041\\n"'],
    ['a list as it was sent', '{"a":[1, {"b":2}]}', '[1, {"b":2}]'],
    ['null for null', '{"a":null}', null],
    ['nothing for a field that is absent', '{"b":1}', undefined],
    ['nothing for a record that is not an object', '[1]', undefined],
    ['the last of equal keys', '{"a":1,"a":2}', '2'],
    ['a key that is written with an escape', '{"\\u0061":1}', '1'],
  ])('has %s', (_, record, value) => {
    expect(rowOf(record, ['a'])).toEqual([value]);
  });

  test.each<[string, string, string | null | undefined]>([
    ['inside another field', '{"a":{"b":{"c":1}}}', '1'],
    ['under a key with dots', '{"a.b.c":2}', '2'],
    ['inside a field whose key has dots', '{"a.b":{"c":3}}', '3'],
    ['under the longest key, whatever the order', '{"a.b.c":4,"a.b":{"c":3},"a":{"b":{"c":1}}}', '4'],
    ['under the longest key, in the other order', '{"a":{"b":{"c":1}},"a.b":{"c":3},"a.b.c":4}', '4'],
    ['nowhere in a list', '{"a":[{"b":{"c":1}}]}', undefined],
  ])('finds a name with dots %s', (_, record, value) => {
    expect(rowOf(record, ['a.b.c'])).toEqual([value]);
  });

  test('has its columns in the order of the fields, each of kind json', () => {
    expect(new RecordRow(['b', 'a']).columns).toEqual([
      { name: 'b', kind: 'json' },
      { name: 'a', kind: 'json' },
    ]);
    expect(rowOf('{"a":1,"b":2}', ['b', 'a'])).toEqual(['2', '1']);
  });

  test('knows the fields that no record had so far, and the keys of the last record', () => {
    const row = new RecordRow(['a', 'b', 'c']);
    row.load(Buffer.from('{"a":1}'), 0);
    row.load(Buffer.from('{"b":null,"x":1}'), 0);
    expect(row.missing).toEqual(['c']);
    expect(row.keys).toEqual(['b', 'x']);
    expect([row.text(0), row.text(1)]).toEqual([undefined, undefined]);
  });
});
