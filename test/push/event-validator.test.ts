import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EventValidator } from '../../src/push/event-validator.ts';
import type { Connector } from '../../src/definitions/connector/types.ts';
import { ACL_PRINCIPALS_MAX, CONTENT_BYTES_MAX } from '../../src/core/limits.ts';
import { ItemReader } from '../../src/json/item-reader.ts';
import { PackedEvents } from '../../src/push/events/packed-events.ts';
import { text } from '../support/pipeline/arbitrary.ts';
import { connectorSpec } from '../support/pipeline/connector-spec.ts';
import { spelled } from '../support/files/spelled-json.ts';

const WITH_READERS = { mapping: { aclUsersField: 'readers' } } as const;
const WITH_CONTENT = { gemini: { contentConfig: 'CONTENT_REQUIRED' } } as const;

function judgeOf(changes: Parameters<typeof connectorSpec>[0] = {}): EventValidator {
  const spec = { ...connectorSpec(changes), mode: 'rest_push', source: { type: 'http' } } as const;
  const connector: Connector = {
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'Connector',
    metadata: { name: 'hr' },
    spec,
  };
  return new EventValidator(connector);
}

function judged(event: unknown, changes?: Parameters<typeof connectorSpec>[0]) {
  return judgedText(typeof event === 'string' ? event : JSON.stringify(event), changes);
}

function judgedText(text: string | Buffer, changes?: Parameters<typeof connectorSpec>[0]) {
  const item = new ItemReader({ depthMax: 32, keysMax: 1_000 });
  item.open(typeof text === 'string' ? Buffer.from(text) : text, { whole: true });
  item.next();
  const events = new PackedEvents();
  const rejected = judgeOf(changes).validate(item, 0, events);
  if (rejected !== undefined) return { ...rejected.rejection, docId: rejected.docId };
  events.end();
  const [event] = events.events();
  return event;
}

const document = (fields: object = {}) => ({
  op: 'UPSERT',
  doc_id: '1',
  title: 'One',
  content: 'Text',
  ...fields,
});

/** A value in its one form, made in the plainest way. */
function inOneForm(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inOneForm).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${inOneForm(Reflect.get(value, key))}`).join()}}`;
}

/** Names of which some need no change, some are twice, and some are in no order. */
const names = fc.array(
  fc.oneof(
    fc.constantFrom(
      'a@x.com',
      'b@x.com',
      'A@X.com',
      'Team A',
      'team a',
      ' padded ',
      'Jürgen',
      '😀',
      '\ue000',
    ),
    fc
      .string({ unit: fc.constantFrom(...Array.from('aZé漢😀&\\/ ')), maxLength: 8 })
      .map((name) => `x${name}`),
  ),
  { minLength: 1, maxLength: 6 },
);
/** With keys whose order as UTF-16 is not that of their bytes. */
const key = fc
  .oneof(fc.constantFrom('a', 'b', 'ab', 'B', '', 'é', '😀', '\ue000', '"'), text)
  .filter((one) => !['title', 'uri', 'doc_id', 'checksum', 'op', '__proto__'].includes(one));
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('any'), { maxLength: 4 }),
  object: fc.dictionary(key, tie('any'), { maxKeys: 30 }),
}));

/** As a document says who reads it: trimmed, addresses in lower case, sorted, each once. */
function sortedReaders(given: readonly string[]): string[] {
  const trimmed = given.map((name) => name.trim());
  const lower = trimmed.map((name) => (name.includes('@') ? name.toLowerCase() : name));
  return [...new Set(lower)].sort();
}

describe('an event that is a document', () => {
  test('has the same one form however it is written', () => {
    const facts = fc.record({
      title: text,
      content: text,
      uri: text,
      users: names,
      groups: names,
      metadata: value.object,
    });
    fc.assert(
      fc.property(facts, fc.infiniteStream(fc.nat()), ({ users, groups, ...facts }, choices) => {
        const event = { op: 'UPSERT', doc_id: '1', acl_users: users, acl_groups: groups, ...facts };
        const expected = {
          ...facts,
          acl_groups: sortedReaders(groups),
          acl_users: sortedReaders(users),
          doc_id: 'hr:1',
          mime_type: 'text/plain',
          updated_at: null,
        };
        expect(judgedText(spelled(event, choices), WITH_READERS)).toEqual({
          docId: 'hr:1',
          op: 'UPSERT',
          document: inOneForm(expected),
        });
      }),
      { numRuns: 400 },
    );
  });

  test('is stored in its one form, with what it leaves out filled in', () => {
    expect(judged(document({ metadata: { b: 1, a: { d: 1, c: 2 } }, checksum: 'mine' }))).toEqual({
      docId: 'hr:1',
      op: 'UPSERT',
      document:
        '{"content":"Text","doc_id":"hr:1","metadata":{"a":{"c":2,"d":1},"b":1},"mime_type":"text/plain",' +
        '"title":"One","updated_at":null,"uri":null}',
    });
  });

  test('has its readers sorted, each once, addresses in lower case', () => {
    const readers = { acl_users: ['b@X.com', ' a@x.com', 'B@x.com'], acl_groups: null };
    expect(judged(document(readers), WITH_READERS)).toMatchObject({
      document: expect.stringMatching(/^\{"acl_groups":\[\],"acl_users":\["a@x.com","b@x.com"\],"content"/),
    });
  });

  test.each([
    ['1', 'hr:1'],
    ['hr:1', 'hr:1'],
    ['it:1', 'hr:it%3A1'],
    ['100%', 'hr:100%25'],
    ['hr:a%3Ab:c', 'hr:a%3Ab:c'],
    ['hr', 'hr:hr'],
  ])('with the doc_id %j is the document %j', (given, docId) => {
    expect(judged({ op: 'DELETE', doc_id: given })).toEqual({ docId, op: 'DELETE', document: null });
  });

  test.each([
    ['ID_MISSING', { doc_id: '' }],
    ['ID_MISSING', { doc_id: 'hr:' }],
    ['ID_INVALID', { doc_id: 7 }],
    ['ID_INVALID', { doc_id: 'hr:100%' }],
    ['ID_TOO_LONG', { doc_id: 'x'.repeat(1_022) }],
    ['NUL_CHARACTER', { doc_id: 'a\0' }],
    ['NUL_CHARACTER', { content: 'a\0b' }],
    ['NUL_CHARACTER', { metadata: { a: ['\0'] } }],
    ['OP_INVALID', { op: 'upsert' }],
    ['OP_INVALID', { op: null }],
    ['FIELD_MISSING', { title: null }],
    ['FIELD_MISSING', { content: undefined }],
    ['FIELD_UNKNOWN', { author: 'me' }],
    ['FIELD_INVALID', { title: 7 }],
    ['FIELD_INVALID', { uri: ['x'] }],
    ['FIELD_INVALID', { metadata: [] }],
    ['FIELD_INVALID', { updated_at: 'yesterday' }],
    ['FIELD_INVALID', { updated_at: '2026-13-01T00:00:00Z' }],
    ['FIELD_INVALID', { updated_at: '2026-02-30T00:00:00Z' }],
    ['FIELD_INVALID', { acl_users: 'a@example.com' }],
    ['FIELD_INVALID', { acl_users: [' '] }],
    ['ACL_EMPTY', { acl_users: [] }],
    ['ACL_EMPTY', { acl_groups: null }],
    ['ACL_NOT_KEPT', { acl_users: ['a@example.com'] }],
  ])('is refused with %s for %j', (code, fields) => {
    expect(judged(document(fields))).toMatchObject({ code, reason: expect.any(String) });
  });

  test.each([
    ['ACL_EMPTY', {}],
    ['ACL_EMPTY', { acl_users: ['NULL', 'None'] }],
    ['ACL_UNREADABLE', { acl_users: ['a@x.com', '{b@x.com'] }],
    ['ACL_UNREADABLE', { acl_groups: ['["hr"]'] }],
    ['ACL_TOO_LARGE', { acl_users: Array.from({ length: ACL_PRINCIPALS_MAX + 1 }, (_, user) => `u${user}`) }],
  ])('of a connector with readers is refused with %s for too few or many', (code, fields) => {
    expect(judged(document(fields), WITH_READERS)).toMatchObject({ code, docId: 'hr:1' });
  });

  test('has readers that are read as those of a row are', () => {
    const readers = { acl_users: ['Anna B <Anna@x.com>', 'mailto:bob@x.com', 'null'] };
    expect(judged(document(readers), WITH_READERS)).toMatchObject({
      document: expect.stringContaining('"acl_users":["anna@x.com","bob@x.com"]'),
    });
  });

  test('is refused with the part of its readers that is not a name', () => {
    expect(judged(document({ acl_users: ['a@x.com', 102] }), WITH_READERS)).toMatchObject({
      code: 'FIELD_INVALID',
      reason: 'its acl_users is not a list of names: `["a@x.com",102]`',
    });
    expect(judged(document({ acl_users: ['a@x.com', '{b'] }), WITH_READERS)).toMatchObject({
      code: 'ACL_UNREADABLE',
      reason: 'its field "acl_users" does not name readers where it holds `{b`',
    });
  });

  test.each(['doc_id', 'title', 'content', 'uri', 'metadata', 'acl_users'])(
    'is refused when its %s holds half of a surrogate pair, as an escape or as bytes',
    (field) => {
      const whole: Record<string, unknown> = document({ uri: 'x', metadata: {}, acl_users: ['a@x.com'] });
      const half = { metadata: { a: ['HALF'] }, acl_users: ['aHALF'] }[field] ?? 'xHALF';
      const text = JSON.stringify({ ...whole, [field]: half });
      const [before = '', after = ''] = text.split('HALF');
      const bytes = Buffer.concat([Buffer.from(before), Buffer.from('eda0bd', 'hex'), Buffer.from(after)]);
      const reason = expect.stringContaining(`"${field}"`);
      expect(judged(`${before}\\ud83d${after}`, WITH_READERS)).toMatchObject({
        code: 'INVALID_UTF8',
        reason,
      });
      expect(judgedText(bytes, WITH_READERS)).toMatchObject({ code: 'INVALID_UTF8', reason });
    },
  );

  test.each([
    ['javascript:alert(1)', 'its uri begins with javascript:, which is not published'],
    ['JavaScript:alert(1)', 'its uri begins with javascript:, which is not published'],
    ['\u0001 java\n\tscript:alert(1)', 'its uri begins with javascript:, which is not published'],
    ['vbscript:x', 'its uri begins with vbscript:, which is not published'],
    ['data:text/html,x', 'its uri begins with data:, which is not published'],
    ['blob:https://x.example.com/1', 'its uri begins with blob:, which is not published'],
    ['filesystem:https://x.example.com/1', 'its uri begins with filesystem:, which is not published'],
    ['view-source:https://x.example.com/', 'its uri begins with view-source:, which is not published'],
    ['https://', 'its uri is not a valid URL'],
  ])('is refused with the link %j, as a row is', (uri, reason) => {
    expect(judged(document({ uri }))).toEqual({ code: 'URI_INVALID', reason, docId: 'hr:1' });
  });

  test.each([
    'https://x.example.com/a b?q=javascript:',
    'mailto:a@x.com',
    'C:\\docs\\a.txt',
    '/relative/data:x',
    '',
  ])('keeps the link %j as it was sent', (uri) => {
    expect(judged(document({ uri }))).toMatchObject({
      document: expect.stringContaining(`"uri":${JSON.stringify(uri)}}`),
    });
  });

  test('may have as much content as a row, however it is escaped', () => {
    const event = (letters: number) =>
      `{"op":"UPSERT","doc_id":"1","title":"","content":"${'\\u0061'.repeat(letters)}"}`;
    expect(judgedText(event(300_000))).toMatchObject({ op: 'UPSERT' });
    const long = 'x'.repeat(CONTENT_BYTES_MAX + 1);
    expect(judged(document({ content: long }))).toMatchObject({ code: 'CONTENT_TOO_LARGE' });
    expect(judged(document({ content: long.slice(1) }))).toMatchObject({ op: 'UPSERT' });
  });

  test.each([
    ['', ''],
    [' ', '\n'],
    ['\u00a0', '\u200b'],
  ])(
    'is refused with CONTENT_EMPTY for the title %j and the content %j, where content is required',
    (title, content) => {
      expect(judged(document({ title, content }), WITH_CONTENT)).toMatchObject({ code: 'CONTENT_EMPTY' });
      expect(judged(document({ title: 'T', content }), WITH_CONTENT)).toMatchObject({ op: 'UPSERT' });
      expect(judged(document({ title, content }))).toMatchObject({ op: 'UPSERT' });
    },
  );

  test('may have metadata of the names of its own fields, because metadata is nested', () => {
    expect(judged(document({ metadata: { title: 'x', uri: 'y' } }))).toMatchObject({
      document: expect.stringContaining('"metadata":{"title":"x","uri":"y"}'),
    });
  });

  test('has a type that Discovery Engine takes, where documents have content', () => {
    const pdf = document({ mime_type: 'application/pdf' });
    expect(judged(pdf, WITH_CONTENT)).toMatchObject({ code: 'FIELD_INVALID' });
    expect(judged(pdf)).toMatchObject({ document: expect.stringContaining('"application/pdf"') });
  });

  test('is refused when half of a surrogate pair would become another text', () => {
    const event = (title: string) => `{"op":"UPSERT","doc_id":"1","title":"${title}","content":""}`;
    expect(judgedText(event('\\ud83d'))).toMatchObject({ code: 'INVALID_UTF8' });
    expect(judgedText(event('\\ude00\\ud83d'))).toMatchObject({ code: 'INVALID_UTF8' });
    expect(judgedText(event('\\ud83d\\ude00'))).toMatchObject({
      document: expect.stringContaining('"title":"😀"'),
    });
    expect(judgedText(event('\\\\ud83d'))).toMatchObject({ op: 'UPSERT' });
    expect(judgedText('{"op":"DELETE","doc_id":"\\ud83d"}')).toMatchObject({ code: 'INVALID_UTF8' });
  });
});

describe("an event with the source's own fields", () => {
  test('is mapped as a row of that source is', () => {
    const changes = { mapping: { metadataFields: ['team', 'pay'], uriTemplate: 'https://x/{{ id }}' } };
    const event =
      '{"op":"UPSERT","id":12345678901234567890,"name":"J\\u00fc","team":{"b":1,"a":2},"pay":1.50}';
    expect(judgedText(event, changes)).toEqual({
      docId: 'hr:12345678901234567890',
      op: 'UPSERT',
      document:
        '{"content":"Jü","doc_id":"hr:12345678901234567890","metadata":{"pay":1.50,"team":{"a":2,"b":1}},' +
        '"mime_type":"text/plain","title":"Jü","updated_at":null,"uri":"https://x/12345678901234567890"}',
    });
  });

  test('that is gone needs its id and nothing else', () => {
    expect(judged({ op: 'DELETE', id: 'a:b' })).toEqual({ docId: 'hr:a%3Ab', op: 'DELETE', document: null });
  });

  test.each([
    ['EVENT_INVALID', 7],
    ['EVENT_INVALID', null],
    ['ID_MISSING', { op: 'UPSERT', name: 'x' }],
    ['ID_MISSING', { op: 'DELETE', id: null }],
    ['OP_INVALID', { id: 1, name: 'x' }],
    ['TEMPLATE_VARIABLE_MISSING', { op: 'UPSERT', id: 1 }],
    ['NUL_CHARACTER', { op: 'UPSERT', id: 1, name: 'a\0' }],
    ['INVALID_UTF8', '{"op":"UPSERT","id":1,"name":"\\udc00"}'],
    ['INVALID_UTF8', '{"op":"DELETE","id":"\\uDC00"}'],
  ])('is refused with %s for %j', (code, event) => {
    expect(judged(event)).toMatchObject({ code });
  });

  test('is judged by the fields that the mapping names, as a row is', () => {
    const half = '{"op":"UPSERT","id":1,"name":"x","other":"\\ud83d"}';
    expect(judged(half)).toMatchObject({ op: 'UPSERT' });
    expect(judged('{"op":"UPSERT","id":1,"name":"\\ud83d"}')).toMatchObject({
      code: 'INVALID_UTF8',
      reason: 'its field "name" holds half of a surrogate pair, which is not a character',
    });
    const readers = '{"op":"UPSERT","id":1,"name":"x","readers":"{a@x.com,102"}';
    expect(judged(readers, WITH_READERS)).toMatchObject({ code: 'ACL_UNREADABLE', docId: 'hr:1' });
  });

  test('is refused without readers where the mapping names some', () => {
    const event = { op: 'UPSERT', id: 1, name: 'x' };
    expect(judged(event, WITH_READERS)).toMatchObject({ code: 'ACL_EMPTY', docId: 'hr:1' });
  });
});

test('a connector that never deletes refuses deletes, and says why', () => {
  for (const event of [
    { op: 'DELETE', doc_id: '1' },
    { op: 'DELETE', id: 1 },
  ]) {
    expect(judged(event, { deletePolicy: 'never_delete' })).toEqual({
      docId: 'hr:1',
      code: 'DELETE_REFUSED',
      reason: expect.stringContaining('never_delete'),
    });
  }
});
