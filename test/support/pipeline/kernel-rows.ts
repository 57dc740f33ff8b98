import { hash } from 'node:crypto';
import type { ContentConfig } from '../../../src/definitions/connector/types.ts';
import { discoveryRecords } from '../../../src/gemini/records.ts';
import { RESULT, RESULT_WORDS } from '../../../src/kernel/batch-renderer.ts';
import { openKernel } from '../../../src/kernel/open-kernel.ts';
import { fingerprintOf } from '../../../src/kernel/sip-hash.ts';
import { ByteWriter } from '../../../src/pipeline/bytes/byte-writer.ts';
import { Tally } from '../../../src/pipeline/counts/tally.ts';
import { DocumentRenderer } from '../../../src/pipeline/document/document.ts';
import { SingleDocument } from '../../../src/pipeline/outgoing/outgoing-document.ts';
import { RowCursor } from '../../../src/pipeline/document/row-cursor.ts';
import { batchRenderer } from '../../../src/pipeline/mapping/kernel-program.ts';
import type { Mapping } from '../../../src/pipeline/mapping/mapping.ts';
import type { RowBatch } from '../../../src/pipeline/ports/ports.ts';

/** The key of the fingerprints of ids. */
export const KEY = { low: 0x0706050403020100n, high: 0x0f0e0d0c0b0a0908n };

/** Everything that is made of a row. */
export interface Rendered {
  readonly id: string;
  readonly line: string;
  readonly record: string;
  readonly fingerprint: readonly number[];
  readonly lacks: readonly number[];
}

/** What the renderer of single rows makes of each row; undefined for a row that it rejects. */
export function renderedSingly(
  mapping: Mapping,
  batch: RowBatch,
  contentConfig: ContentConfig,
): (Rendered | undefined)[] {
  const document = new DocumentRenderer(mapping, batch.columns);
  const cursor = new RowCursor(batch.columns.length);
  const records = discoveryRecords({ contentConfig });
  return Array.from({ length: batch.count }, (_, row) => {
    cursor.load(batch, row);
    const id = document.ids.of(cursor);
    if (id === undefined || document.render(cursor, id) !== undefined) return undefined;
    const out = new ByteWriter(1_000);
    records.upsert(document, id, out);
    const { high, low } = fingerprintOf(Buffer.from(id), KEY);
    const tally = new Tally();
    tally.examine(new SingleDocument(document));
    return {
      id,
      line: document.line.bytes.toString('utf8', 0, document.line.length),
      record: out.bytes.toString('utf8', 0, out.length),
      fingerprint: [high, low],
      lacks: [tally.untitled, tally.empty, tally.unlinked],
    };
  });
}

/** What a kernel makes of each row, `left` for a row that it leaves; undefined for a mapping that it leaves. */
export function renderedByKernel(
  mapping: Mapping,
  batch: RowBatch,
  contentConfig: ContentConfig,
): (Rendered | 'left')[] | undefined {
  const kernel = openKernel();
  if (!kernel.load(batch)) throw new Error('the batch was not loaded');
  const renderer = batchRenderer(kernel, mapping, batch.columns, discoveryRecords({ contentConfig }), KEY);
  if (renderer === undefined) return undefined;
  const rows = Array.from({ length: batch.count }, (_, row) => row);
  const all: (Rendered | 'left')[] = [];
  while (all.length < rows.length) {
    const count = renderer.render(rows, all.length);
    if (count === 0) throw new Error('no row has a result');
    for (let row = 0; row < count; row++) {
      const word = (name: keyof typeof RESULT) =>
        renderer.results[RESULT_WORDS * row + RESULT[name]] ?? Number.NaN;
      const { memory } = renderer;
      const text = (from: number, to: number) => memory.toString('utf8', from, to);
      if (word('rendered') === 0) {
        all.push('left');
        continue;
      }
      const digest = hash('sha256', memory.subarray(word('line'), word('digestEnd')), 'hex');
      renderer.writeChecksum(row, digest);
      all.push({
        id: text(word('id'), word('idEnd')),
        line: text(word('line'), word('lineEnd')),
        record: text(word('record'), word('recordEnd')),
        fingerprint: [word('idHigh'), word('idLow')],
        lacks: [word('lacks') & 1, (word('lacks') >> 1) & 1, (word('lacks') >> 2) & 1],
      });
    }
  }
  return all;
}
