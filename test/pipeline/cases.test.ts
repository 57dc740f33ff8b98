import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { MappingSpec } from '../../src/definitions/connector/types.ts';
import type { Mapping } from '../../src/pipeline/mapping/mapping.ts';
import { openKernel } from '../../src/kernel/open-kernel.ts';
import { readCase, type Case, type CaseBefore, type CaseConnector } from '../support/pipeline/case-folder.ts';
import { KnownRecords } from '../support/pipeline/known-records.ts';
import { mappingOf } from '../support/pipeline/mapping.ts';
import { planOver, runOver } from '../support/pipeline/planning.ts';
import { rowsSource, type RowsSourceOptions } from '../support/pipeline/rows-source.ts';

const CASES = join(import.meta.dirname, '..', 'cases');

/** Adding a case is adding a folder; `readCase` says what is in it. */
describe.each([
  ['a kernel', openKernel],
  ['no kernel', () => undefined],
])('each case with %s', (_kernel, kernel) => {
  const cases = readdirSync(CASES).map((name): [string, Case] => [name, readCase(join(CASES, name))]);

  it.each(cases)('%s', async (_, { connector, deletePolicy, before, source, expected }) => {
    const { count = 25, ratio = 0.25 } = connector.reconciliation?.deleteLimit ?? {};
    const known = await knownBefore(connector, before, source);
    known.kernel = kernel();
    const { found, tally, watermark, holdReason } = await planOver(rowsSource(source), known, {
      mapping: mappingFor(connector),
      deletePolicy,
      deleteLimit: { count, ratio },
      allowDeletes: connector.allowDeletes,
    });

    expect(found.upserts).toEqual(expected.upserts);
    expect(found.deletes.map(deletion).sort()).toEqual(expected.deletes);
    expect(found.softDeletes.map(deletion).sort()).toEqual(expected.softDeletes);
    expect(found.quarantined).toEqual(expected.quarantined);
    expect({ ...tally.counts(), watermark, holdReason }).toEqual(expected.counts);
  });
});

async function knownBefore(
  connector: CaseConnector,
  before: CaseBefore | undefined,
  { columns }: RowsSourceOptions,
): Promise<KnownRecords> {
  const known = new KnownRecords();
  if (before === undefined) return known;
  const { rows, mapping, softDeleted } = before;
  await runOver(rowsSource({ columns, rows }), known, { mapping: mappingFor(connector, mapping) });
  if (known.byId.size !== rows.length) throw new Error('not every row of before.json became a document');
  for (const docId of softDeleted) known.apply([{ op: 'soft_delete', docId, checksum: '', fingerprint: '' }]);
  return known;
}

function mappingFor({ mapping, watermarkField }: CaseConnector, changes: Partial<MappingSpec> = {}): Mapping {
  return mappingOf({ ...mapping, ...changes }, watermarkField === undefined ? {} : { watermarkField });
}

function deletion(docId: string): string {
  return JSON.stringify({ doc_id: docId, op: 'DELETE' });
}
