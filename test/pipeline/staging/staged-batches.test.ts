import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RecordChange } from '../../../src/pipeline/ports/staged-batch.ts';
import type { StagedBatch } from '../../../src/pipeline/ports/staged-batch.ts';
import { StagedBatches } from '../../../src/pipeline/staging/staged-batches.ts';

const change = fc.record<RecordChange>({
  docId: fc.string({ unit: 'grapheme', maxLength: 200 }),
  digest: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  high: fc.nat(0x3fff_ffff),
  low: fc.nat(0xffff_ffff),
});

function changesIn({ count, ids, idEnds, checksums, fingerprints }: StagedBatch): RecordChange[] {
  return Array.from({ length: count }, (_, index) => ({
    docId: Buffer.from(ids.subarray(idEnds[index - 1] ?? 0, idEnds[index])).toString(),
    digest: Buffer.from(checksums.subarray(32 * index, 32 * index + 32)).toString('hex'),
    high: Buffer.from(fingerprints).readUInt32BE(8 * index),
    low: Buffer.from(fingerprints).readUInt32BE(8 * index + 4),
  }));
}

describe('StagedBatches', () => {
  test('keeps the changes of one kind in their order, with ids as strings or as bytes', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 600, size: 'max' }), (changes) => {
        const batches = new StagedBatches();
        changes.forEach((one, index) => {
          const memory = Buffer.from(`before${one.docId}after`);
          if (index % 2 === 0) batches.add('upsert', one);
          else batches.addBytes('upsert', memory, 6, memory.length - 5, one);
        });
        expect(batches.count).toBe(changes.length);
        expect(batches.take().map(changesIn)).toEqual([changes]);
        expect(batches.count).toBe(0);
        expect(batches.take()).toEqual([]);
      }),
    );
  });

  test('keeps changes of different kinds apart; a delete has neither a checksum nor a fingerprint', () => {
    const batches = new StagedBatches();
    batches.add('refresh', { docId: 'hr:1', digest: 'ab'.repeat(32), high: 1, low: 2 });
    batches.addId('delete', 'hr:2');
    batches.addId('delete', 'hr:3');
    const [refreshed, deleted] = batches.take();
    expect(refreshed).toMatchObject({ op: 'refresh', count: 1 });
    expect(deleted).toMatchObject({ op: 'delete', count: 2 });
    expect(Buffer.from(deleted?.ids ?? []).toString()).toBe('hr:2hr:3');
    expect(deleted?.checksums).toHaveLength(0);
    expect(deleted?.fingerprints).toHaveLength(0);
  });

  test('writes a record in doubt with a checksum that no document has', () => {
    const batches = new StagedBatches();
    batches.add('refresh', { docId: 'hr:1', digest: '', high: 1, low: 2 });
    expect(Buffer.from(batches.take()[0]?.checksums ?? [])).toEqual(Buffer.alloc(32));
  });
});
