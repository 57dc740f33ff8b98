import { describe, expect, test } from '@jest/globals';
import { compareRecords } from '../../../../src/app/drift/records/compare-records.ts';
import type { RecordIdentity } from '../../../../src/pipeline/ports/check-state-port.ts';

async function* pagesOf<Item>(pages: readonly Item[][]): AsyncGenerator<Item[]> {
  for (const page of pages) {
    yield page;
    await Promise.resolve();
  }
}

interface Given {
  readonly records?: readonly (string | RecordIdentity)[];
  readonly listed?: readonly string[][];
  readonly elsewhere?: readonly string[];
  readonly most?: number;
}

async function compare({ records = [], listed = [], elsewhere = [], most }: Given) {
  const identities = records.map((one): RecordIdentity =>
    typeof one === 'string' ? { docId: one, standing: 'sent' } : one,
  );
  return compareRecords({
    connectorId: 'hr',
    target: 'T',
    state: {
      records: () => pagesOf(identities.map((one) => [one])),
      knownElsewhere: (_connector, _target, ids) =>
        Promise.resolve(ids.filter((id) => elsewhere.includes(id))),
    },
    listed: pagesOf(listed.map((page) => [...page])),
    extraIdsMax: 2,
    ...(most !== undefined && { most }),
  });
}

describe('compareRecords', () => {
  test('counts a document once that is on two pages, and keeps no more ids than wanted', async () => {
    const differences = await compare({
      listed: [
        ['hr__1', 'hr__2'],
        ['hr__2', 'hr__3'],
      ],
    });
    expect(differences.extra).toEqual({ count: 3, ids: ['hr:1', 'hr:2'] });
  });

  test('expects no document of a soft-deleted record or of one in doubt, and knows it if it is there', async () => {
    const records: RecordIdentity[] = [
      { docId: 'hr:1', standing: 'soft_deleted' },
      { docId: 'hr:2', standing: 'in_doubt' },
      { docId: 'hr:3', standing: 'soft_deleted' },
    ];
    expect(await compare({ records, listed: [['hr__3']] })).toMatchObject({
      records: 0,
      inDoubt: 1,
      missing: { count: 0 },
      extra: { count: 0 },
    });
  });

  test('keeps documents that the connector sent under another configuration', async () => {
    const { extra } = await compare({ listed: [['hr__1', 'hr__2']], elsewhere: ['hr:1'] });
    expect(extra.ids).toEqual(['hr:2']);
  });

  test('says that nothing is known to be missing when the data store has more documents than are read', async () => {
    expect(
      await compare({ records: ['hr:1', 'hr:9'], listed: [['hr__1'], ['x', 'y']], most: 2 }),
    ).toMatchObject({
      listed: 1,
      truncated: true,
      missing: { count: 0 },
    });
  });

  test('compares nothing when the state has more records than are read', async () => {
    expect(await compare({ records: ['hr:1', 'hr:2', 'hr:3'], most: 2 })).toMatchObject({ records: null });
  });
});
