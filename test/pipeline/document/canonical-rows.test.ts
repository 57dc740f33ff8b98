import { describe, expect, it } from '@jest/globals';
import { CANONICAL_COLUMNS } from '../../../src/pipeline/document/canonical-rows.ts';
import type { Job } from '../../../src/pipeline/ports/job.ts';
import type { Mapping } from '../../../src/pipeline/mapping/mapping.ts';
import { KnownRecords } from '../../support/pipeline/known-records.ts';
import { mappingOf } from '../../support/pipeline/mapping.ts';
import { runOver } from '../../support/pipeline/planning.ts';
import { rowsSource, type WireValue } from '../../support/pipeline/rows-source.ts';

const MAPPING = mappingOf({ idField: 'doc_id', contentTemplate: '{{ content }}', uriTemplate: '{{ uri }}' });
const canonical = (readersKept: boolean): Mapping => ({
  ...MAPPING,
  mimeType: 'text/html',
  aclUsersField: 'acl_users',
  aclGroupsField: 'acl_groups',
  watermarkField: 'updated_at',
  canonical: { readersKept },
});
const job = (readersKept: boolean, changes: Partial<Job> = {}): Partial<Job> => ({
  mapping: canonical(readersKept),
  quarantine: { maxCount: 1_000, maxRatio: 1, maxConsecutive: 1_000 },
  ...changes,
});

type Document = Readonly<Record<string, WireValue>>;
const DOCUMENT: Document = { doc_id: 'hr:1', title: 'One', content: 'The "one"' };
const READERS = { acl_users: '["B@example.com","a@example.com"]' };

function listing(documents: readonly Document[], deletes: readonly number[] = []) {
  const rows = documents.map((document) => CANONICAL_COLUMNS.map(({ name }) => document[name]));
  return rowsSource({ columns: CANONICAL_COLUMNS, rows, listing: 'delta', deletes });
}

describe('a canonical row', () => {
  it('is the stated document with its id and its metadata unchanged', async () => {
    const metadata = '{"big":123456789012345678901234567890,"price":1.50}';
    const row = {
      ...DOCUMENT,
      ...READERS,
      doc_id: 'hr:a%3Ab',
      uri: 'https://hr.example/1',
      mime_type: 'text/plain',
      acl_groups: '[]',
      metadata,
      updated_at: '"2026-01-02T03:04:05Z"',
    };
    const { found } = await runOver(listing([row]), new KnownRecords(), job(true));
    expect(found.upserts).toEqual([
      expect.stringMatching(
        /^\{"acl_groups":\[\],"acl_users":\["a@example.com","b@example.com"\],"content":"The \\"one\\"","doc_id":"hr:a%3Ab","metadata":\{"big":123456789012345678901234567890,"price":1.50\},"mime_type":"text\/plain","title":"One","uri":"https:\/\/hr.example\/1","checksum":"sha256:[0-9a-f]{64}","op":"UPSERT","updated_at":"2026-01-02T03:04:05Z"\}$/,
      ),
    ]);
  });

  it('needs no more than its id, title and content, and takes nothing from the row before it', async () => {
    const before = { ...DOCUMENT, uri: 'https://hr.example/1', mime_type: 'text/plain', metadata: '{"a":1}' };
    const { found } = await runOver(
      listing([before, { ...DOCUMENT, doc_id: 'hr:2', uri: null }]),
      new KnownRecords(),
      job(false),
    );
    expect(found.upserts[1]).toContain('"metadata":{},"mime_type":"text/html","title":"One","uri":null,');
  });

  it.each([undefined, null, ''])('without an id, as with %j, is set aside', async (doc_id) => {
    const { found } = await runOver(listing([{ ...DOCUMENT, doc_id }]), new KnownRecords(), job(false));
    expect(found.quarantined).toEqual([expect.stringContaining('"code":"ID_MISSING"')]);
  });

  it.each([
    [true, {}, 'ACL_EMPTY'],
    [true, { acl_users: '[]', acl_groups: null }, 'ACL_EMPTY'],
    [true, READERS, undefined],
    [false, {}, undefined],
    [false, { acl_users: '[]' }, 'ACL_EMPTY'],
    [false, { acl_groups: null }, 'ACL_EMPTY'],
    [false, READERS, 'ACL_NOT_KEPT'],
    [false, { acl_groups: '["hr"]' }, 'ACL_NOT_KEPT'],
  ] as const)(
    'in a store that keeps readers: %j, with the readers %j, is refused as %s',
    async (kept, readers, code) => {
      const { found } = await runOver(listing([{ ...DOCUMENT, ...readers }]), new KnownRecords(), job(kept));
      expect(found.upserts).toHaveLength(code === undefined ? 1 : 0);
      const codes = found.quarantined.map((line) => (JSON.parse(line) as { code: string }).code);
      expect(codes).toEqual(code === undefined ? [] : [code]);
    },
  );
});

describe('a row that says that its document is gone', () => {
  const two = [DOCUMENT, { ...DOCUMENT, doc_id: 'hr:2' }];
  const afterTwo = async () => {
    const known = new KnownRecords();
    await runOver(listing(two), known, job(false));
    return known;
  };
  const gone = listing(
    [{ doc_id: 'hr:1' }, { doc_id: 'hr:unknown' }, { ...DOCUMENT, doc_id: 'hr:3' }],
    [0, 1],
  );

  it('deletes a document that is known, without asking the guard, and leaves all others', async () => {
    const { found, tally, holdReason } = await runOver(
      gone,
      await afterTwo(),
      job(false, { deleteLimit: { count: 0, ratio: 0 } }),
    );
    expect(found.deletes).toEqual(['hr:1']);
    expect(tally.counts()).toMatchObject({
      seen: 3,
      unchanged: 1,
      added: 1,
      deleted: 1,
      missing: null,
      held: 0,
    });
    expect(tally.samples.deleted).toEqual(['hr:1']);
    expect(holdReason).toBeNull();
  });

  it('marks it under soft_delete_only, once, and a later upsert brings it back', async () => {
    const known = await afterTwo();
    const soft = job(false, { deletePolicy: 'soft_delete_only' });
    const first = await runOver(gone, known, soft);
    expect(first.found).toMatchObject({ deletes: [], softDeletes: ['hr:1'] });
    const second = await runOver(gone, known, soft);
    expect(second.found.softDeletes).toEqual([]);
    expect(second.tally.counts()).toMatchObject({ unchanged: 3, deleted: 0 });
    const back = await runOver(listing([DOCUMENT]), known, soft);
    expect(back.tally.counts()).toMatchObject({ changed: 1 });
  });

  it('leaves it under never_delete', async () => {
    const { found, tally } = await runOver(
      gone,
      await afterTwo(),
      job(false, { deletePolicy: 'never_delete' }),
    );
    expect([found.deletes, found.softDeletes]).toEqual([[], []]);
    expect(tally.counts()).toMatchObject({ unchanged: 2, added: 1, deleted: 0 });
  });
});
