import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DISCOVERY_URIS_PER_REQUEST_MAX } from '../../../src/gemini/limits.ts';
import { stepOfRow } from '../../../src/gemini/delivery/step-of-row.ts';
import type { DeliveryStep } from '../../../src/pipeline/ports/delivery-port.ts';
import type { ArtifactKind, Manifest } from '../../../src/pipeline/ports/ports.ts';
import { runCounts } from '../../support/pipeline/run-counts.ts';

type Kind = 'upserts' | 'deletes';

const WORDS = { upserts: 'import', deletes: 'purge' } as const;

/** A manifest whose files of this kind have these numbers of rows. */
function manifestOf(kind: Kind, rows: readonly number[]): Manifest {
  const file = (fileKind: ArtifactKind) => (count: number, index: number) => ({
    kind: fileKind,
    name: `${fileKind}-${index}`,
    uri: `gs://bucket/${fileKind}-${index}`,
    rows: count,
    bytes: count,
    crc32c: '',
  });
  return {
    version: 1,
    runId: 'R',
    connector: 'hr',
    target: 'store',
    startedAt: '',
    publishedAt: '',
    watermark: null,
    counts: runCounts(),
    files: [...rows.map(file(kind)), ...rows.map(file(`${kind}.discovery`))],
  };
}

const stepOf = (name: string, state: DeliveryStep['state'] = 'done'): DeliveryStep => ({
  name,
  state,
  operation: `operations/${name}`,
  askedAt: '',
  detail: {},
});

const kinds = fc.constantFrom<Kind>('upserts', 'deletes');

describe('the step that a row was in', () => {
  test('is the request whose group of files has it', () => {
    const files = fc.array(fc.integer({ min: 1, max: 5 }), {
      minLength: 1,
      maxLength: 2 * DISCOVERY_URIS_PER_REQUEST_MAX + 50,
      size: 'max',
    });
    fc.assert(
      fc.property(kinds, files, fc.nat(), (kind, rows, drawn) => {
        const owners = rows.flatMap((count, file) => Array.from({ length: count }, () => file));
        const row = drawn % owners.length;
        const group = Math.floor((owners[row] ?? 0) / DISCOVERY_URIS_PER_REQUEST_MAX) + 1;
        const steps = [1, 2, 3].flatMap((number) => [
          stepOf(`purge-${number}-count`),
          stepOf(`purge-${number}`),
          stepOf(`import-${number}`),
        ]);
        const found = stepOfRow(manifestOf(kind, rows), kind, row, steps);
        expect(found?.name).toBe(`${WORDS[kind]}-${group}`);
      }),
    );
  });

  test('is, of inline requests that were halved again and again, the smallest that is done', () => {
    const ends = fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 100 })).chain(([from, size]) =>
      fc.record({
        from: fc.constant(from),
        to: fc.constant(from + size),
        row: fc.integer({ min: from, max: from + size - 1 }),
        kind: kinds,
      }),
    );
    fc.assert(
      fc.property(ends, ({ from, to, row, kind }) => {
        const word = WORDS[kind];
        const steps: DeliveryStep[] = [];
        let [low, high] = [from, to];
        for (;;) {
          steps.push(stepOf(`${word}-rows-${low}-${high}`), stepOf(`purge-rows-${low}-${high}-count`));
          if (high - low === 1) break;
          const middle = low + Math.ceil((high - low) / 2);
          steps.push(
            stepOf(row < middle ? `${word}-rows-${middle}-${high}` : `${word}-rows-${low}-${middle}`),
          );
          [low, high] = row < middle ? [low, middle] : [middle, high];
        }
        const manifest = manifestOf(kind, [to]);
        expect(stepOfRow(manifest, kind, row, steps)?.name).toBe(`${word}-rows-${row}-${row + 1}`);
        // The one that is not done yet acknowledged nothing.
        const last = steps.map((step) =>
          step.name === `${word}-rows-${row}-${row + 1}` && to - from > 1
            ? { ...step, state: 'running' as const }
            : step,
        );
        expect(stepOfRow(manifest, kind, row, last)?.state).toBe('done');
      }),
    );
  });

  test('is that of the single deletes, where a purge was refused', () => {
    const steps = [stepOf('purge-1-count', 'refused'), stepOf('purge-1', 'refused'), stepOf('deletes')];
    expect(stepOfRow(manifestOf('deletes', [3]), 'deletes', 2, steps)?.name).toBe('deletes');
    expect(stepOfRow(manifestOf('upserts', [3]), 'upserts', 2, steps)).toBeUndefined();
  });

  test('is none where no request had it', () => {
    const manifest = manifestOf('upserts', [5]);
    expect(stepOfRow(manifest, 'upserts', 4, [])).toBeUndefined();
    const others = [
      'import-2',
      'import-rows-0-4',
      'import-rows-5-9',
      'purge-1',
      'deletes',
      'ximport-rows-0-9',
    ];
    expect(
      stepOfRow(
        manifest,
        'upserts',
        4,
        others.map((name) => stepOf(name)),
      ),
    ).toBeUndefined();
  });
});
