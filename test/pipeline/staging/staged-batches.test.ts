import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CHECKSUM_BYTES, type StagedBatch, type StagedOp } from '../../../src/pipeline/ports/staged-batch.ts';
import { StagedBatches, type StagedChange } from '../../../src/pipeline/staging/staged-batches.ts';

const OPS: readonly StagedOp[] = ['upsert', 'refresh', 'delete', 'soft_delete', 'set_aside'];
const HASHED: readonly StagedOp[] = ['upsert', 'refresh'];
const IN_DOUBT = '0'.repeat(2 * CHECKSUM_BYTES);

const hex = (bytes: Uint8Array, at: number, length: number) =>
  Buffer.from(bytes).toString('hex', at * length, (at + 1) * length);

/** The changes of some batches, by their order within each `op`. */
function changesOf(batches: readonly StagedBatch[]): StagedChange[] {
  return batches.flatMap(({ op, count, ids, idEnds, checksums, fingerprints }) => {
    expect(idEnds).toHaveLength(count);
    expect(idEnds.at(-1)).toBe(ids.length);
    expect(checksums).toHaveLength(HASHED.includes(op) ? count * 32 : 0);
    expect(fingerprints).toHaveLength(HASHED.includes(op) ? count * 8 : 0);
    return Array.from(idEnds, (end, at) => {
      const digest = hex(checksums, at, 32);
      return {
        op,
        docId: Buffer.from(ids).toString('utf8', idEnds[at - 1] ?? 0, end),
        checksum: digest === IN_DOUBT || digest === '' ? '' : `sha256:${digest}`,
        fingerprint: hex(fingerprints, at, 8),
      };
    });
  });
}

const hexOf = (digits: number) =>
  fc
    .uint8Array({ minLength: digits / 2, maxLength: digits / 2 })
    .map((bytes) => Buffer.from(bytes).toString('hex'));
const change = fc
  .record({
    op: fc.constantFrom(...OPS),
    docId: fc.string({ unit: 'grapheme', maxLength: 70 }),
    digest: fc.option(hexOf(64), { nil: undefined }),
    fingerprint: hexOf(16),
  })
  .map(({ op, docId, digest, fingerprint }): StagedChange => {
    if (!HASHED.includes(op)) return { op, docId, checksum: '', fingerprint: '' };
    return { op, docId, checksum: digest === undefined ? '' : `sha256:${digest}`, fingerprint };
  });

describe('staged batches', () => {
  test('hold every change, one batch for each op, in the order of the changes', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 1_000, size: 'max' }), (changes) => {
        const batches = new StagedBatches();
        for (const one of changes) batches.add(one);
        expect(batches.count).toBe(changes.length);
        const taken = batches.take();
        const ops = [...new Set(changes.map(({ op }) => op))];
        expect(taken.map(({ op }) => op)).toEqual(ops);
        expect(changesOf(taken)).toEqual(ops.flatMap((op) => changes.filter((one) => one.op === op)));
      }),
      { numRuns: 30 },
    );
  });

  test('hold the same bytes when ids and digests come from a memory', () => {
    const memory = Buffer.from('..hr:ü1hr:2');
    const digest = Buffer.alloc(CHECKSUM_BYTES, 0xab);
    const fromMemory = new StagedBatches();
    fromMemory.addBytes('upsert', memory, 2, 8, digest, 0x01234567, 0x89abcdef);
    fromMemory.addBytes('upsert', memory, 8, 12, digest.toString('hex'), 1, 0xffff_ffff);
    const checksum = `sha256:${'ab'.repeat(CHECKSUM_BYTES)}`;
    expect(changesOf(fromMemory.take())).toEqual([
      { op: 'upsert', docId: 'hr:ü1', checksum, fingerprint: '0123456789abcdef' },
      { op: 'upsert', docId: 'hr:2', checksum, fingerprint: '00000001ffffffff' },
    ]);
  });

  test('begin anew once they are taken, and leave what was taken as it is', () => {
    const batches = new StagedBatches();
    expect(batches.take()).toEqual([]);
    batches.add({ op: 'delete', docId: 'a', checksum: '', fingerprint: '' });
    const first = batches.take();
    expect(batches.count).toBe(0);
    batches.add({ op: 'delete', docId: 'b', checksum: '', fingerprint: '' });
    expect(changesOf(first)).toMatchObject([{ docId: 'a' }]);
    expect(changesOf(batches.take())).toMatchObject([{ docId: 'b' }]);
  });

  test('own their buffers, so that a thread can take them over', () => {
    const batches = new StagedBatches();
    batches.add({ op: 'upsert', docId: 'a', checksum: '', fingerprint: '0123456789abcdef' });
    const [batch] = batches.take();
    if (batch === undefined) throw new Error('no batch');
    const buffers = [batch.ids, batch.idEnds, batch.checksums, batch.fingerprints].map(
      ({ buffer }) => buffer,
    );
    expect(new Set(buffers).size).toBe(buffers.length);
    const copy = structuredClone(batch, { transfer: buffers });
    expect(changesOf([copy])).toMatchObject([{ docId: 'a' }]);
    expect(batch.ids).toHaveLength(0);
  });
});
