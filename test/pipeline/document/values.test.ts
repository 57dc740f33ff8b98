import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ByteWriter } from '../../../src/pipeline/bytes/byte-writer.ts';
import type { Column, ColumnKind } from '../../../src/pipeline/ports/ports.ts';
import {
  jsonWriter,
  textWriter,
  timeWriter,
  type ValueWriter,
} from '../../../src/pipeline/document/values.ts';
import { text } from '../../support/pipeline/arbitrary.ts';

/** Writes a value that is surrounded by other bytes, after some text. */
function written(write: ValueWriter, value: string): string {
  const bytes = Buffer.from(`" ${value}+00"`);
  const out = new ByteWriter(4);
  out.latin1('before ');
  write(out, bytes, 2, bytes.length - '+00"'.length);
  return out.bytes.toString('utf8', 'before '.length, out.length);
}

const asJson = (kind: ColumnKind, value: string, element?: Column['element']) =>
  written(jsonWriter({ name: 'x', kind, ...(element === undefined ? {} : { element }) }), value);
const asText = (kind: ColumnKind, value: string) => written(textWriter(kind), value);

describe('a value', () => {
  it.each<[ColumnKind, string, string, string]>([
    ['text', 'a "b"\n', '"a \\"b\\"\\n"', 'a "b"\n'],
    ['text', '', '""', ''],
    ['integer', '9223372036854775807', '9223372036854775807', '9223372036854775807'],
    ['integer', '-1', '-1', '-1'],
    ['decimal', '0.10', '0.10', '0.10'],
    ['decimal', '-1.50', '-1.50', '-1.50'],
    ['decimal', 'NaN', '"NaN"', 'NaN'],
    ['float', '1e-07', '1e-07', '1e-07'],
    ['float', 'Infinity', '"Infinity"', 'Infinity'],
    ['float', '-Infinity', '"-Infinity"', '-Infinity'],
    ['decimal', '1.', '"1."', '1.'],
    ['decimal', '.5', '".5"', '.5'],
    ['integer', '007', '"007"', '007'],
    ['integer', '', '""', ''],
    ['float', '1e', '"1e"', '1e'],
    ['float', '-', '"-"', '-'],
    ['timestamp', '2024-01-02 "x"', '"2024-01-02 \\"x\\""', '2024-01-02T"x"'],
    ['boolean', 't', 'true', 'true'],
    ['boolean', 'f', 'false', 'false'],
    ['date', '2024-02-29', '"2024-02-29"', '2024-02-29'],
    ['date', 'infinity', '"infinity"', 'infinity'],
    ['timestamp', '2024-01-02 03:04:05', '"2024-01-02T03:04:05"', '2024-01-02T03:04:05'],
    ['timestamp', '2024-01-02 03:04:05.678901', '"2024-01-02T03:04:05.678901"', '2024-01-02T03:04:05.678901'],
    [
      'timestamp',
      '294276-12-31 23:59:59.999999',
      '"294276-12-31T23:59:59.999999"',
      '294276-12-31T23:59:59.999999',
    ],
    ['timestamp', '0044-03-15 12:00:00 BC', '"0044-03-15 12:00:00 BC"', '0044-03-15 12:00:00 BC'],
    ['timestamp', '-infinity', '"-infinity"', '-infinity'],
    ['timestamptz', '2024-01-02 03:04:05+00', '"2024-01-02T03:04:05Z"', '2024-01-02T03:04:05Z'],
    [
      'timestamptz',
      '2024-01-02 03:04:05.6+02',
      '"2024-01-02T03:04:05.6+02:00"',
      '2024-01-02T03:04:05.6+02:00',
    ],
    ['timestamptz', '2024-01-02 03:04:05+10', '"2024-01-02T03:04:05+10:00"', '2024-01-02T03:04:05+10:00'],
    ['timestamptz', '2024-01-02 03:04:05-00', '"2024-01-02T03:04:05-00:00"', '2024-01-02T03:04:05-00:00'],
    ['timestamptz', '2024-01-02 03:04:05-08', '"2024-01-02T03:04:05-08:00"', '2024-01-02T03:04:05-08:00'],
    ['timestamptz', '2024-01-02 03:04:05+05:30', '"2024-01-02T03:04:05+05:30"', '2024-01-02T03:04:05+05:30'],
    ['timestamp', '2024-01-02', '"2024-01-02"', '2024-01-02'],
    ['timestamptz', 'infinity', '"infinity"', 'infinity'],
    ['timestamptz', '0044-03-15 12:00:00+00 BC', '"0044-03-15 12:00:00+00 BC"', '0044-03-15 12:00:00+00 BC'],
    ['json', '{"a": 1.0}', '{"a": 1.0}', '{"a": 1.0}'],
    ['json', '"a \\"b\\""', '"a \\"b\\""', 'a "b"'],
    ['json', '"a\\/\\t\\\\b" ', '"a\\/\\t\\\\b" ', 'a/\t\\b'],
    ['json', '"\\u00fc\\n"', '"\\u00fc\\n"', 'ü\n'],
    ['json', '[\r\n1\n]', '[  1 ]', '[\r\n1\n]'],
    ['bytes', '\\x68656c6c6f', '"aGVsbG8="', '\\x68656c6c6f'],
    ['bytes', '\\x', '""', '\\x'],
  ])('of kind %s, %s, is %s as JSON and %s as text', (kind, value, json, plain) => {
    expect(asJson(kind, value)).toBe(json);
    expect(asText(kind, value)).toBe(plain);
  });

  it.each<[NonNullable<Column['element']>, string, string]>([
    ['text', '{a,"b,c",NULL,"NULL",""}', '["a","b,c",null,"NULL",""]'],
    ['integer', '{{1,9007199254740993},{3,NULL}}', '[[1,9007199254740993],[3,null]]'],
    ['float', '{0.1,NaN}', '[0.1,"NaN"]'],
    ['boolean', '{t,f}', '[true,false]'],
    ['timestamptz', '{"2024-01-02 03:04:05+00"}', '["2024-01-02T03:04:05Z"]'],
    ['json', '{"{\\"a\\": 1}"}', '[{"a": 1}]'],
    ['bytes', '{"\\\\x6869"}', '["aGk="]'],
    ['date', '[2:3]={2024-02-29,infinity}', '["2024-02-29","infinity"]'],
  ])('of kind array of %s, %s, is %s as JSON', (element, value, json) => {
    expect(asJson('array', value, element)).toBe(json);
    expect(asText('array', value)).toBe(value);
  });

  it('of time is not confused by what was written before', () => {
    const out = new ByteWriter(64);
    out.latin1('x'.repeat(20) + ' '.repeat(20));
    out.length = 0;
    textWriter('timestamp')(out, Buffer.from('2024-01-02'), 0, 10);
    expect(out.bytes.toString('utf8', 0, out.length)).toBe('2024-01-02');
    expect(out.bytes[20]).toBe(0x20);
  });

  it('of an array of unknown elements is a list of texts', () => {
    expect(asJson('array', '{a,1}')).toBe('["a","1"]');
  });

  it.each<[ColumnKind, string, string | undefined]>([
    ['timestamptz', '2024-01-02 03:04:05+00', '"2024-01-02T03:04:05Z"'],
    ['timestamp', '2024-01-02 03:04:05', '"2024-01-02T03:04:05"'],
    ['date', '2024-01-02', '"2024-01-02"'],
    ['json', '"2024-01-02T03:04:05.1234567+02:00"', '"2024-01-02T03:04:05.1234567+02:00"'],
    ['json', '"2024-01-02 03:04:05"', '"2024-01-02 03:04:05"'],
    ['json', '"2024-01-02T03:04:05Z"', '"2024-01-02T03:04:05Z"'],
    ['json', '"2024-01-02"', '"2024-01-02"'],
    ['json', '"2024-01-02 03:04 UTC"', '"2024-01-02T03:04:00Z"'],
    ['json', '"Tue, 02 Jan 2024 03:04:05 GMT"', '"2024-01-02T03:04:05Z"'],
    ['json', '1704164645', 'null'],
    ['json', '"yesterday"', 'null'],
    ['json', `"2024-01-02T03:04:05.${'0'.repeat(60)}Z"`, 'null'],
    ['integer', '1704164645', undefined],
    ['text', '2024-01-02', undefined],
  ])('of kind %s, %s, is as a time %s', (kind, value, json) => {
    const write = timeWriter({ name: 'x', kind });
    expect(write && written(write, value)).toBe(json);
  });

  it('of text is the same after JSON', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(JSON.parse(asJson('text', value))).toBe(value);
        expect(asText('text', value)).toBe(value);
        expect(asText('json', JSON.stringify(value))).toBe(value);
      }),
    );
  });

  it('of JSON stays equal, on one line', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', '\t', ' '), (value, indent) => {
        const line = asJson('json', JSON.stringify(value, null, indent));
        expect(line).not.toMatch(/[\r\n]/);
        expect(JSON.stringify(JSON.parse(line))).toBe(JSON.stringify(value));
      }),
    );
  });

  it('of bytes stays equal, in base64', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const hex = `\\x${Buffer.from(bytes).toString('hex')}`;
        expect(asJson('bytes', hex)).toBe(JSON.stringify(Buffer.from(bytes).toString('base64')));
      }),
    );
  });
});
