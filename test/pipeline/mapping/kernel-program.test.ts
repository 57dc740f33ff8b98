import { describe, expect, test } from '@jest/globals';
import { hash } from 'node:crypto';
import { discoveryRecords } from '../../../src/gemini/records.ts';
import { RESULT, RESULT_WORDS } from '../../../src/kernel/batch-renderer.ts';
import { openKernel } from '../../../src/kernel/open-kernel.ts';
import { fingerprintOf } from '../../../src/kernel/sip-hash.ts';
import { ByteWriter } from '../../../src/pipeline/bytes/byte-writer.ts';
import { Tally } from '../../../src/pipeline/counts/tally.ts';
import { DocumentRenderer } from '../../../src/pipeline/document/document.ts';
import { RowCursor } from '../../../src/pipeline/document/row-cursor.ts';
import { batchRenderer } from '../../../src/pipeline/mapping/kernel-program.ts';
import type { Mapping } from '../../../src/pipeline/mapping/mapping.ts';
import type { Column, RowBatch } from '../../../src/pipeline/ports/ports.ts';
import type { ContentConfig } from '../../../src/definitions/connector/types.ts';
import { mappingOf } from '../../support/pipeline/mapping.ts';
import { batchOf, type WireRow } from '../../support/pipeline/rows-source.ts';

const KEY = { low: 0x0706050403020100n, high: 0x0f0e0d0c0b0a0908n };

interface Rendered {
  readonly id: string;
  readonly line: string;
  readonly record: string;
  readonly fingerprint: readonly number[];
  readonly lacks: readonly number[];
}

/** What the renderer of single rows makes of each row; undefined for a row that it rejects. */
function expected(mapping: Mapping, batch: RowBatch, contentConfig: ContentConfig): (Rendered | undefined)[] {
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
    tally.examine(document);
    return {
      id,
      line: document.line.bytes.toString('utf8', 0, document.line.length),
      record: out.bytes.toString('utf8', 0, out.length),
      fingerprint: [high, low],
      lacks: [tally.untitled, tally.empty, tally.unlinked],
    };
  });
}

/** What a kernel makes of each row; `left` for a row that it leaves. */
function rendered(
  mapping: Mapping,
  batch: RowBatch,
  contentConfig: ContentConfig,
): (Rendered | 'left')[] | undefined {
  const kernel = openKernel();
  expect(kernel.load(batch)).toBe(true);
  const renderer = batchRenderer(kernel, mapping, batch.columns, discoveryRecords({ contentConfig }), KEY);
  if (renderer === undefined) return undefined;
  const rows = Array.from({ length: batch.count }, (_, row) => row);
  const all: (Rendered | 'left')[] = [];
  while (all.length < rows.length) {
    const count = renderer.render(rows, all.length);
    expect(count).toBeGreaterThan(0);
    for (let row = 0; row < count; row++) {
      const word = (name: keyof typeof RESULT) => renderer.results[RESULT_WORDS * row + RESULT[name]]!;
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

const COLUMNS: readonly Column[] = [
  { name: 'id', kind: 'integer' },
  { name: 'full_name', kind: 'text' },
  { name: 'department', kind: 'text' },
  { name: 'biography', kind: 'text' },
  { name: 'hired_on', kind: 'date' },
  { name: 'users', kind: 'array', element: 'text' },
  { name: 'groups', kind: 'array', element: 'text' },
  { name: 'updated_at', kind: 'timestamptz' },
];
const HR = mappingOf(
  {
    idField: 'id',
    titleField: 'full_name',
    contentTemplate: '{{ full_name }} in "{{ department }}".\n\n{{ biography }}',
    uriTemplate: 'https://people.example.com/employees/{{ id }}',
    aclUsersField: 'users',
    aclGroupsField: 'groups',
    metadataFields: ['hired_on', 'department'],
  },
  { watermarkField: 'updated_at', textRequired: true },
);
const hrRow = (id: number): WireRow => [
  String(id),
  `Jürgen "Jay" O'Neil ${id}`,
  'Human Resources',
  `Joined in ${2000 + (id % 20)}\n\tand likes \\ and 中文 and 🙂. `.repeat(1 + (id % 7)),
  '2019-02-03',
  `{Anna.${id}@Example.com,boss.${id % 12}@example.com}`,
  '{hr@example.com,HR,hr@example.com}',
  '2026-01-02 03:04:05.678901+00',
];

describe('a kernel with the program of a mapping', () => {
  test.each(['CONTENT_REQUIRED', 'NO_CONTENT'] as const)(
    'renders every ordinary row as the renderer of single rows does, for %s',
    (contentConfig) => {
      const batch = batchOf(
        COLUMNS,
        Array.from({ length: 2_000 }, (_, id) => hrRow(id)),
      );
      const found = rendered(HR, batch, contentConfig);
      expect(found).toEqual(expected(HR, batch, contentConfig));
    },
  );
});
