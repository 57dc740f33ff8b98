import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { MappingSpec } from '../../../src/definitions/connector/types.ts';
import {
  ACL_PRINCIPALS_MAX,
  CONTENT_BYTES_MAX,
  DOCUMENT_BYTES_MAX,
  DOC_ID_BYTES_MAX,
} from '../../../src/core/limits.ts';
import { DocumentRenderer } from '../../../src/pipeline/document/document.ts';
import type { Column, ColumnKind } from '../../../src/pipeline/ports/ports.ts';
import { RowCursor } from '../../../src/pipeline/document/row-cursor.ts';
import { text } from '../../support/pipeline/arbitrary.ts';
import { mappingOf, template } from '../../support/pipeline/mapping.ts';
import { batchOf, type WireValue } from '../../support/pipeline/rows-source.ts';

type Fields = Readonly<Record<string, WireValue>>;
type Kinds = Readonly<Record<string, ColumnKind>>;

function render(
  fields: Fields,
  spec: Partial<MappingSpec> = {},
  kinds: Kinds = {},
  watermarkField?: string,
  textRequired = false,
) {
  const columns = Object.keys(fields).map((name): Column => ({ name, kind: kinds[name] ?? 'text' }));
  const mapping = mappingOf(spec, { textRequired, ...(watermarkField !== undefined && { watermarkField }) });
  const document = new DocumentRenderer(mapping, columns);
  const cursor = new RowCursor(columns.length);
  cursor.load(batchOf(columns, [Object.values(fields)]), 0);
  const id = document.ids.of(cursor) ?? 'none';
  const rejection = document.render(cursor, id);
  const line = document.line.bytes.toString('utf8', 0, document.line.length);
  return { document, id, rejection, line };
}

/** JSON with sorted keys, by other means than those of the engine. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
}

const sha256 = (whole: string) => `sha256:${createHash('sha256').update(whole).digest('hex')}`;

const FULL: Partial<MappingSpec> = {
  contentTemplate: '{{ title }} — {{ body }}',
  uriTemplate: 'https://hr.example/{{ id }}?q={{ body }}',
  metadataFields: ['body', 'title'],
};
const full = fc.record({ id: text.filter((id) => id !== ''), title: text, body: text });

describe('a canonical line', () => {
  it('is JSON that parses back to exactly what the row holds, on one line', () => {
    fc.assert(
      fc.property(full, (fields) => {
        const { line, id, rejection, document } = render(fields, FULL);
        expect(rejection).toBeUndefined();
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(JSON.parse(line)).toEqual({
          acl_groups: [],
          acl_users: [],
          content: `${fields.title} — ${fields.body}`,
          doc_id: id,
          metadata: { body: fields.body, title: fields.title },
          mime_type: 'text/plain',
          title: fields.title,
          uri: expect.stringMatching(/^https:\/\/hr\.example\/[!-~]*\?q=[!-~]*$/),
          checksum: document.checksum,
          op: 'UPSERT',
          updated_at: null,
        });
      }),
    );
  });

  it('is JSON and UTF-8 for a value of any kind that holds any bytes, or the row is rejected', () => {
    const kinds: ColumnKind[] = [
      'text',
      'integer',
      'decimal',
      'float',
      'boolean',
      'timestamp',
      'timestamptz',
    ];
    const kind = fc.constantFrom<ColumnKind>(...kinds, 'date', 'json', 'bytes', 'array');
    const part = fc.constantFrom(
      ...Array.from('0123456789-+.eE"\\\\{}[],:tfnu \n\t\0é'),
      '\\ud83d',
      'null',
      'NaN',
      '\ufeff',
      'true',
    );
    const value = fc.oneof(
      fc.array(part, { maxLength: 8 }).map((parts) => Buffer.from(parts.join(''))),
      fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(kind, value, (kind, value) => {
        const columns: Column[] = [
          { name: 'id', kind: 'text' },
          { name: 'title', kind: 'text' },
          { name: 'v', kind, ...(kind === 'json' && { unchecked: true }) },
        ];
        const document = new DocumentRenderer(
          mappingOf({ metadataFields: ['v'] }, { watermarkField: 'v' }),
          columns,
        );
        const cursor = new RowCursor(3);
        cursor.load(batchOf(columns, [['1', 'T', value]]), 0);
        if (document.render(cursor, 'hr:1') !== undefined) return;
        const bytes = document.line.bytes.subarray(0, document.line.length);
        expect(isUtf8(bytes)).toBe(true);
        expect(Object.keys(JSON.parse(bytes.toString()) as object)).toContain('metadata');
        expect(bytes.indexOf('\n')).toBe(bytes.length - 1);
      }),
      { numRuns: 3_000 },
    );
  });

  it('has the SHA-256 of its indexed fields, sorted, as its checksum', () => {
    fc.assert(
      fc.property(
        full,
        fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '\\', '漢', '😀', ' ') })),
        (fields, names) => {
          const groups = names.map((name) => `x${name}`);
          const acl = { groups: JSON.stringify(['readers', ...groups]) };
          const { line, document } = render({ ...fields, ...acl }, { ...FULL, aclGroupsField: 'groups' });
          const { checksum, ...rest } = JSON.parse(line) as Record<string, unknown>;
          const outside = new Set(['op', 'updated_at']);
          const indexed = Object.fromEntries(Object.entries(rest).filter(([key]) => !outside.has(key)));
          expect(Object.keys(indexed)).toEqual([
            'acl_groups',
            'acl_users',
            'content',
            'doc_id',
            'metadata',
            'mime_type',
            'title',
            'uri',
          ]);
          expect(checksum).toBe(sha256(canonical(indexed)));
          expect(document.checksum).toBe(checksum);
        },
      ),
    );
  });

  it('does not depend on the order of the columns, nor of metadataFields, nor on columns that nothing names', () => {
    const names = ['id', 'title', 'body', 'team', 'unused'] as const;
    const values = fc.record({ id: fc.constant('7'), title: text, body: text, team: text, unused: text });
    const orders = fc.tuple(
      fc.shuffledSubarray([...names], { minLength: names.length }),
      fc.shuffledSubarray(['body', 'team', 'title'], { minLength: 3 }),
    );
    fc.assert(
      fc.property(values, orders, orders, text, (fields, one, other, unused) => {
        const inOrder = ([order, metadataFields]: typeof one, all: Fields) => {
          const sorted = Object.fromEntries(order.map((name) => [name, all[name]]));
          return render(sorted, { ...FULL, metadataFields }).line;
        };
        expect(inOrder(other, { ...fields, unused })).toBe(inOrder(one, fields));
      }),
    );
  });

  it('keeps the digits of every number', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9][0-9]{0,30})$/);
    const decimals = fc.stringMatching(/^-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?$/);
    fc.assert(
      fc.property(digits, decimals, (whole, decimal) => {
        const fields = { id: whole, title: decimal };
        const { line } = render(
          fields,
          { metadataFields: ['id', 'title'] },
          { id: 'integer', title: 'decimal' },
        );
        expect(line).toContain(`"metadata":{"id":${whole},"title":${decimal}}`);
        expect(line).toContain(`"content":"${decimal}","doc_id":"hr:${whole}"`);
      }),
    );
  });

  it('returns the positions of its values and its content', () => {
    const { document, line } = render({ id: '1', title: 'A "b"', body: 'x\ny' }, FULL);
    const at = ({ start, end }: { start: number; end: number }) =>
      Buffer.from(line).toString('utf8', start, end);
    expect(at(document.docId)).toBe('"hr:1"');
    expect(at(document.contentJson)).toBe('"A \\"b\\" — x\\ny"');
    expect(at(document.title)).toBe('"A \\"b\\""');
    expect(at(document.uri)).toBe('"https://hr.example/1?q=x%0Ay"');
    expect(at(document.metadata)).toBe('{"body":"x\\ny","title":"A \\"b\\""}');
    expect(document.content.bytes.toString('utf8', 0, document.content.length)).toBe('A "b" — x\ny');
    const bare = render({ id: '1', title: 'T' });
    expect(bare.line).toContain('"uri":null,');
    expect(bare.line.slice(bare.document.uri.start, bare.document.uri.end)).toBe('');
  });

  it('has the same checksum when only updated_at differs', () => {
    const at = (when: WireValue) =>
      render({ id: '1', title: 'T', at: when }, {}, { at: 'timestamptz' }, 'at');
    const one = at('2024-01-02 03:04:05+00');
    const other = at('2025-01-02 03:04:05+00');
    expect(one.line).toContain('"updated_at":"2024-01-02T03:04:05Z"}\n');
    expect(other.line).toContain('"updated_at":"2025-01-02T03:04:05Z"}\n');
    expect(other.document.checksum).toBe(one.document.checksum);
    expect(at(null).line).toContain('"updated_at":null}\n');
  });

  it('takes updated_at only from a column of times', () => {
    const fields = { id: '1', title: 'T', step: '12' };
    expect(render(fields, {}, { step: 'integer' }, 'step').line).toContain('"updated_at":null}\n');
    expect(render({ ...fields, step: '2024-01-02' }, {}, { step: 'date' }, 'step').line).toContain(
      '"updated_at":"2024-01-02"}\n',
    );
  });

  it('leaves nothing of one document in the next', () => {
    const columns: Column[] = ['id', 'title', 'readers'].map((name) => ({ name, kind: 'text' }));
    const document = new DocumentRenderer(mappingOf({ aclUsersField: 'readers' }), columns);
    const cursor = new RowCursor(3);
    const rows = [
      ['1', 'A long title\0', 'a@x.org,b@x.org'],
      ['2', 'B', 'c@x.org'],
    ];
    const lines = rows.map((_, row) => {
      cursor.load(batchOf(columns, rows), row);
      const rejection = document.render(cursor, `hr:${row}`);
      return (
        rejection?.code ??
        (JSON.parse(document.line.bytes.toString('utf8', 0, document.line.length)) as unknown)
      );
    });
    expect(lines).toMatchObject(['NUL_CHARACTER', { content: 'B', acl_users: ['c@x.org'] }]);
  });
});

describe('a row is rejected', () => {
  const rejects = (fields: Fields, spec: Partial<MappingSpec> = {}, kinds: Kinds = {}) =>
    render({ id: '1', title: 'T', ...fields }, spec, kinds).rejection?.code;

  it('for an id that is one byte too long', () => {
    const room = DOC_ID_BYTES_MAX - 'hr:'.length;
    expect(rejects({ id: 'x'.repeat(room) })).toBeUndefined();
    expect(rejects({ id: 'x'.repeat(room + 1) })).toBe('ID_TOO_LONG');
    expect(rejects({ id: `${'x'.repeat(room - 1)}é` })).toBe('ID_TOO_LONG');
  });

  it('for content that is one byte too long', () => {
    const spec = { contentTemplate: '{{ body }}' };
    expect(rejects({ body: 'x'.repeat(CONTENT_BYTES_MAX) }, spec)).toBeUndefined();
    expect(rejects({ body: 'x'.repeat(CONTENT_BYTES_MAX + 1) }, spec)).toBe('CONTENT_TOO_LARGE');
  });

  it('for a document that is too large because of its metadata', () => {
    const spec = { contentTemplate: '-', metadataFields: ['body'] };
    expect(rejects({ body: 'x'.repeat(DOCUMENT_BYTES_MAX - 1_000) }, spec)).toBeUndefined();
    expect(rejects({ body: 'x'.repeat(DOCUMENT_BYTES_MAX) }, spec)).toBe('DOCUMENT_TOO_LARGE');
  });

  it('for a field that it does not have, in any template', () => {
    const spec = { contentTemplate: '{{ body }}' };
    expect(rejects({ body: undefined }, spec)).toBe('TEMPLATE_VARIABLE_MISSING');
    expect(rejects({ body: null }, spec)).toBeUndefined();
    expect(rejects({ title: undefined }, { contentTemplate: '-' })).toBe('TEMPLATE_VARIABLE_MISSING');
    expect(rejects({ body: undefined }, { uriTemplate: '{{ body }}' })).toBe('TEMPLATE_VARIABLE_MISSING');
  });

  it('for too many readers, users and groups together', () => {
    const spec = { aclUsersField: 'users', aclGroupsField: 'groups' };
    const people = (count: number) => Array.from({ length: count }, (_, index) => `u${index}`).join();
    expect(rejects({ users: people(ACL_PRINCIPALS_MAX - 1), groups: 'g' }, spec)).toBeUndefined();
    expect(rejects({ users: people(ACL_PRINCIPALS_MAX), groups: 'g' }, spec)).toBe('ACL_TOO_LARGE');
  });

  it('for no readers, as soon as one ACL column is named', () => {
    const fields = { users: ' ', groups: null };
    expect(rejects(fields)).toBeUndefined();
    expect(rejects(fields, { aclUsersField: 'users' })).toBe('ACL_EMPTY');
    expect(rejects(fields, { aclGroupsField: 'groups' })).toBe('ACL_EMPTY');
    expect(rejects(fields, { aclUsersField: 'users', aclGroupsField: 'groups' })).toBe('ACL_EMPTY');
  });

  it('for a NUL character in any place, and only for one', () => {
    const spec = { metadataFields: ['data'], aclUsersField: 'users', uriTemplate: '{{ link }}' };
    const kinds: Kinds = { data: 'json' };
    const fields = { data: '{}', users: 'a', link: 'x' };
    expect(rejects(fields, spec, kinds)).toBeUndefined();
    for (const bad of [
      { title: 'a\0' },
      { id: 'a\0' },
      { users: 'a\0' },
      { link: '\0' },
      { data: '"\\u0000"' },
      { data: '"\\\\\\u0000"' },
    ]) {
      expect(rejects({ ...fields, ...bad }, spec, kinds)).toBe('NUL_CHARACTER');
    }
    for (const good of [
      { title: '\\u0000' },
      { data: '"\\\\u0000"' },
      { data: '["\\\\u0000","\\\\\\\\u0000"]' },
    ]) {
      expect(rejects({ ...fields, ...good }, spec, kinds)).toBeUndefined();
    }
  });

  it('for bytes that are not UTF-8', () => {
    for (const bytes of ['ff', 'c3', 'eda080', 'f8808080', 'c080']) {
      expect(rejects({ title: Buffer.from(bytes, 'hex') })).toBe('INVALID_UTF8');
      expect(rejects({ body: Buffer.from(bytes, 'hex') }, { metadataFields: ['body'] })).toBe('INVALID_UTF8');
    }
  });

  it('for text that is not UTF-8 in a template that decodes it, and for nothing else', () => {
    const spec = { contentTemplate: '{{ body | upcase }}' };
    expect(rejects({ body: Buffer.from('61eda080', 'hex') }, spec)).toBe('INVALID_UTF8');
    expect(rejects({ body: 'a\ufffd' }, spec)).toBeUndefined();
  });

  it('for half of a surrogate pair in JSON, also in an array of JSON, and names the field', () => {
    const half = { kind: 'array', element: 'json' } as const;
    const columns: Column[] = [
      { name: 'id', kind: 'text' },
      { name: 'title', kind: 'text' },
      { name: 'data', ...half },
    ];
    const document = new DocumentRenderer(mappingOf({ metadataFields: ['data'] }), columns);
    const cursor = new RowCursor(3);
    const rows = ['{"\\"\\\\ud83d\\""}', '{"\\"\\\\ud83d\\\\ude00\\""}'].map((data) => ['1', 'T', data]);
    const found = rows.map((_, row) => {
      cursor.load(batchOf(columns, rows), row);
      return document.render(cursor, 'hr:1');
    });
    expect(found).toEqual([
      {
        code: 'INVALID_UTF8',
        reason: 'its field "data" holds half of a surrogate pair, which is not a character',
      },
      undefined,
    ]);
  });

  it.each([
    ['unknown filter', 'unknown filter', ': unknown filter'],
    ['the engine says where', 'attrs has no city, line:3, col:10', ' line 3: attrs has no city'],
  ])('for a template that fails, which it names: %s', (_what, message, reason) => {
    const columns: Column[] = [
      { name: 'id', kind: 'text' },
      { name: 'title', kind: 'text' },
    ];
    const failing = {
      ...template('{{ title }}'),
      plain: undefined,
      render: () => {
        throw new Error(message);
      },
    };
    const cursor = new RowCursor(2);
    cursor.load(batchOf(columns, [['1', 'T']]), 0);
    for (const [field, changes] of [
      ['contentTemplate', { content: failing }],
      ['uriTemplate', { uri: failing }],
    ] as const) {
      const document = new DocumentRenderer({ ...mappingOf(), ...changes }, columns);
      const failed = { code: 'TEMPLATE_FAILED', reason: `${field}${reason}` };
      expect(document.render(cursor, 'hr:1')).toEqual(failed);
    }
  });
});

describe('a document without text', () => {
  const withText = (title: string | null, body: string | null, textRequired = true) =>
    render({ id: '1', title, body }, { contentTemplate: '{{ body }}' }, {}, undefined, textRequired)
      .rejection;

  it.each([
    [null, null],
    ['', ''],
    [' ', '\n\t '],
    ['\u00a0\u0085', '\u200b\u2003\ufeff'],
  ])(
    'is set aside when title and content are %j and %j and the data store requires content',
    (title, body) => {
      expect(withText(title, body)).toMatchObject({ code: 'CONTENT_EMPTY' });
      expect(withText(title, body, false)).toBeUndefined();
    },
  );

  it.each([
    ['Title', null],
    ['Title', ' \n'],
    ['', 'Body'],
    ['', ' \u00a0é'],
    ['\u3000日', ''],
  ])('is published when title and content are %j and %j', (title, body) => {
    expect(withText(title, body)).toBeUndefined();
  });
});
