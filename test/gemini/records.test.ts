import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ContentConfig, MappingSpec } from '../../src/definitions/connector/types.ts';
import { apiDocumentId } from '../../src/gemini/delivery/document-id.ts';
import { discoveryRecords } from '../../src/gemini/records.ts';
import { ByteWriter } from '../../src/pipeline/bytes/byte-writer.ts';
import { DocumentRenderer } from '../../src/pipeline/document/document.ts';
import type { Column, ColumnKind } from '../../src/pipeline/ports/ports.ts';
import { RowCursor } from '../../src/pipeline/document/row-cursor.ts';
import { text } from '../support/pipeline/arbitrary.ts';
import { mappingOf } from '../support/pipeline/mapping.ts';
import { batchOf } from '../support/pipeline/rows-source.ts';

type Fields = Readonly<Record<string, string | null>>;
type Json = Readonly<Record<string, unknown>>;

const KINDS: Readonly<Record<string, ColumnKind>> = {
  count: 'integer',
  amount: 'decimal',
  details: 'json',
  tags: 'array',
};

/** The canonical line and the API's record of one row. */
function lines(fields: Fields, contentConfig: ContentConfig, spec: Partial<MappingSpec>) {
  const columns = Object.keys(fields).map((name): Column => ({ name, kind: KINDS[name] ?? 'text' }));
  const document = new DocumentRenderer(mappingOf(spec), columns);
  const cursor = new RowCursor(columns.length);
  cursor.load(batchOf(columns, [Object.values(fields)]), 0);
  const id = document.ids.of(cursor) ?? '';
  expect(document.render(cursor, id)).toBeUndefined();
  const out = new ByteWriter(1);
  out.latin1('before\n');
  discoveryRecords({ contentConfig }).upsert(document, id, out);
  const [before, record = '', ...rest] = out.bytes.toString('utf8', 0, out.length).split('\n');
  expect([before, ...rest]).toEqual(['before', '']);
  return { id, canonical: document.line.bytes.toString('utf8', 0, document.line.length), record };
}

/** JSON with its numbers as their text: JSON.parse alone would round them. */
function exact(json: string): Json {
  const quoted = json.replace(/"(?:[^"\\]|\\.)*"|-?\d[-+.\deE]*/g, (token) =>
    token.startsWith('"') ? token : `"number ${token}"`,
  );
  return JSON.parse(quoted) as Json;
}

/** The literal content of `jsonData`. */
const dataOf = (record: string): string => String((JSON.parse(record) as Json)['jsonData']);

const bigInteger = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const space = fc.constantFrom('', ' ', '\t', '\n', '\r\n');
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    bigInteger,
    fc.constantFrom('null', 'true', '-0.10', '1e400', '"\\u00e9\\/\\ud83d\\ude00"'),
    text.map((value) => JSON.stringify(value)),
    fc
      .tuple(space, fc.array(tie('json'), { maxLength: 3 }))
      .map(([gap, items]) => `[${items.join(`,${gap}`)}]`),
    fc
      .tuple(space, fc.uniqueArray(fc.tuple(text, tie('json')), { maxLength: 3, selector: ([key]) => key }))
      .map(
        ([gap, entries]) =>
          `{${gap}${entries.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join()}}`,
      ),
  ),
}));

const row = fc.record({
  id: text.filter((id) => id !== ''),
  title: text,
  body: fc.oneof(
    text,
    fc.string({ unit: 'grapheme', maxLength: 2_000 }).filter((body) => !body.includes('\0')),
  ),
  count: fc.option(bigInteger),
  amount: fc.constantFrom('12345678901234567890.123456789', '-0.10', 'NaN', null),
  details: fc.option(json),
  tags: fc.constantFrom('{a,"b \\"c\\""}', '{}', null),
});
const spec: Partial<MappingSpec> = {
  contentTemplate: '{{ title }}\n{{ body }}',
  metadataFields: ['body', 'count', 'amount', 'details', 'tags', 'title'],
};
const uriTemplate = fc.constantFrom(undefined, 'https://hr.example/{{ id }}?q={{ body }}');
const withUri = (uri: string | undefined): Partial<MappingSpec> =>
  uri === undefined ? spec : { ...spec, uriTemplate: uri };

describe('the record of a document', () => {
  it('holds the canonical document, to the last digit', () => {
    fc.assert(
      fc.property(row, uriTemplate, (fields, uri) => {
        fc.pre(/\w/.test(fields.title));
        const { canonical, record, id } = lines(fields, 'CONTENT_REQUIRED', withUri(uri));
        const { doc_id, title, metadata, content, uri: canonicalUri } = exact(canonical);
        expect(exact(dataOf(record))).toEqual({
          doc_id,
          title,
          metadata,
          ...(canonicalUri === null ? {} : { uri: canonicalUri }),
        });
        const { id: apiId, content: sent, ...others } = JSON.parse(record) as Json;
        expect(apiId).toBe(apiDocumentId(id));
        const rawBytes = Buffer.from(String(content)).toString('base64');
        expect(sent).toEqual({ mimeType: 'text/plain', rawBytes });
        expect(Object.keys(others)).toEqual(['jsonData']);
      }),
    );
  });

  it('has its text among its data where the data store takes no content', () => {
    fc.assert(
      fc.property(row, uriTemplate, (fields, uri) => {
        const { canonical, record, id } = lines(fields, 'NO_CONTENT', withUri(uri));
        const { doc_id, title, metadata, content, uri: canonicalUri } = exact(canonical);
        expect(exact(dataOf(record))).toEqual({
          doc_id,
          title,
          metadata,
          content,
          ...(canonicalUri === null ? {} : { uri: canonicalUri }),
        });
        expect(JSON.parse(record)).toEqual({ id: apiDocumentId(id), jsonData: dataOf(record) });
      }),
    );
  });

  it.each([[''], [null], [' \n\t'], ['\u00a0\u200b\u3000\ufeff']])(
    'has its title as content when its content is %j, so that the store takes and finds it',
    (body) => {
      const fields = { id: '7', title: 'Zoë <b>', body };
      const mapping = { contentTemplate: '{{ body }}', mimeType: 'text/html' };
      const { canonical, record } = lines(fields, 'CONTENT_REQUIRED', mapping);
      expect(JSON.parse(canonical)).toMatchObject({ content: body ?? '', mime_type: 'text/html' });
      expect(JSON.parse(record)).toMatchObject({
        content: { mimeType: 'text/plain', rawBytes: Buffer.from('Zoë <b>').toString('base64') },
      });
      expect(JSON.parse(lines(fields, 'NO_CONTENT', mapping).record)).not.toHaveProperty('content');
    },
  );

  it('reads as documented', () => {
    const fields = { id: '7', title: 'Zoë "Z"', count: '9223372036854775807' };
    const mapping = { metadataFields: ['count'], uriTemplate: 'https://hr.example/{{ id }}' };
    expect(lines(fields, 'CONTENT_REQUIRED', mapping).record).toBe(
      String.raw`{"id":"hr__7","jsonData":"{\"doc_id\":\"hr:7\",\"title\":\"Zoë \\\"Z\\\"\",` +
        String.raw`\"uri\":\"https://hr.example/7\",\"metadata\":{\"count\":9223372036854775807}}",` +
        '"content":{"mimeType":"text/plain","rawBytes":"Wm/DqyAiWiI="}}',
    );
    expect(lines(fields, 'NO_CONTENT', {}).record).toBe(
      String.raw`{"id":"hr__7","jsonData":"{\"doc_id\":\"hr:7\",\"title\":\"Zoë \\\"Z\\\"\",` +
        String.raw`\"metadata\":{},\"content\":\"Zoë \\\"Z\\\"\"}"}`,
    );
  });

  it.each(['CONTENT_REQUIRED', 'NO_CONTENT'] as const)(
    'has all its readers in one entry, of which any one suffices, with %s',
    (contentConfig) => {
      const fields = { id: '7', title: 'T', users: 'b@x.org, a@x.org', groups: 'staff@x.org' };
      const readers = (mapping: Partial<MappingSpec>) =>
        (JSON.parse(lines(fields, contentConfig, mapping).record) as Json)['aclInfo'];
      const users = [{ userId: 'a@x.org' }, { userId: 'b@x.org' }];
      const groups = [{ groupId: 'staff@x.org' }];
      const only = (principals: readonly unknown[]) => ({ readers: [{ principals }] });
      expect(readers({ aclUsersField: 'users', aclGroupsField: 'groups' })).toEqual(
        only([...groups, ...users]),
      );
      expect(readers({ aclUsersField: 'users' })).toEqual(only(users));
      expect(readers({ aclGroupsField: 'groups' })).toEqual(only(groups));
      expect(readers({})).toBeUndefined();
    },
  );

  it('is deleted by the id that it has', () => {
    const records = discoveryRecords({ contentConfig: 'NO_CONTENT' });
    expect(records.deletion('hr:a b')).toBe('hr__a_20b');
  });
});
