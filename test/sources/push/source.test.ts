import { describe, expect, test } from '@jest/globals';
import { ROW_BYTES_MAX } from '../../../src/core/limits.ts';
import { CANONICAL_COLUMNS } from '../../../src/pipeline/document/canonical-rows.ts';
import type { RowBatch } from '../../../src/pipeline/ports/ports.ts';
import type { PushedEvent } from '../../../src/pipeline/ports/push-port.ts';
import { PushSource } from '../../../src/sources/push/source.ts';
import { sourceContract } from '../../contracts/source.contract.ts';
import { textsOf } from '../../support/files/read-rows.ts';

const EVENTS_PER_PAGE = 1_000;

/** A queue of these events, in pages as the state hands them out. */
function queued(events: readonly PushedEvent[]): PushSource {
  return new PushSource(async function* () {
    for (let at = 0; at < events.length; at += EVENTS_PER_PAGE) {
      yield await Promise.resolve(events.slice(at, at + EVENTS_PER_PAGE));
    }
  });
}

function upsert(docId: string, document: Readonly<Record<string, unknown>>): PushedEvent {
  return { docId, op: 'UPSERT', document: JSON.stringify(document) };
}

sourceContract('a push queue', {
  columns: CANONICAL_COLUMNS.map(({ name }) => name),
  make: (rows) =>
    Promise.resolve(
      queued(
        Array.from({ length: rows }, (_, index) => upsert(String(index + 1), { title: `row ${index + 1}` })),
      ),
    ),
});

async function onlyBatch(events: readonly PushedEvent[]): Promise<RowBatch> {
  const batches: RowBatch[] = [];
  for await (const batch of queued(events).read(undefined, new AbortController().signal)) batches.push(batch);
  const [batch, end] = batches;
  if (batch === undefined || end?.count !== 0) throw new Error('There is not one batch before the end.');
  return { ...batch, ...(end.end && { end: end.end }) };
}

describe('a pushed document', () => {
  test('is a row of its texts, and of everything else as the JSON that came, with every digit', async () => {
    const metadata = '{"big":123456789012345678901234567890,"price":1.50}';
    const document = `{"doc_id":"support:1","title":"A \\"B\\" \\u00e9","content":"x\\ny","uri":null,"acl_users":["b","a"],"acl_groups":null,"metadata":${metadata},"updated_at":"2026-01-02T03:04:05Z"}`;
    const batch = await onlyBatch([{ docId: 'support:1', op: 'UPSERT', document }]);
    expect(textsOf(batch)).toEqual([
      {
        doc_id: 'support:1',
        title: 'A "B" é',
        content: 'x\ny',
        uri: null,
        // Absent, which is not null.
        mime_type: '',
        acl_users: '["b","a"]',
        acl_groups: null,
        metadata,
        updated_at: '"2026-01-02T03:04:05Z"',
      },
    ]);
    expect(batch).toMatchObject({
      deletes: [],
      oversized: [],
      end: { checkpoint: undefined, truncated: false },
    });
  });

  test('that is gone is a row of its id, and says so', async () => {
    const events = [
      upsert('support:1', { title: 'One' }),
      { docId: 'support:2', op: 'DELETE', document: null } as const,
    ];
    const batch = await onlyBatch(events);
    expect(textsOf(batch)).toMatchObject([{ doc_id: 'support:1', title: 'One' }, { doc_id: 'support:2' }]);
    expect(batch.deletes).toEqual([1]);
  });

  test('that is larger than a row may be is cut off and marked', async () => {
    const batch = await onlyBatch([upsert('support:1', { content: 'x'.repeat(ROW_BYTES_MAX) })]);
    expect(batch.oversized).toEqual([0]);
    expect(batch.ends[0]).toBe(ROW_BYTES_MAX);
  });

  test('that is not valid JSON fails the run instead of being misread', async () => {
    await expect(
      onlyBatch([{ docId: 'support:1', op: 'UPSERT', document: '{"title":"cut' }]),
    ).rejects.toThrow();
  });
});
