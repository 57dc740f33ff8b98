import { describe, expect, it } from '@jest/globals';
import type { Logger } from '../../../src/core/log.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { retypedColumns, usedColumns } from '../../../src/pipeline/comparison/column-drift.ts';
import type { Column } from '../../../src/pipeline/ports/ports.ts';
import { KnownRecords } from '../../support/pipeline/known-records.ts';
import { mappingOf } from '../../support/pipeline/mapping.ts';
import { FoundChanges, planOver, runOver } from '../../support/pipeline/planning.ts';
import { rowsSource } from '../../support/pipeline/rows-source.ts';

const ID: Column = { name: 'id', kind: 'integer' };
const TITLE: Column = { name: 'title', kind: 'text' };
const TEXTS: Column = { name: 'tags', kind: 'array', element: 'text' };

describe('the columns that are remembered', () => {
  it('are those that the mapping uses, its watermark too, as the source has them', () => {
    const mapping = mappingOf({ metadataFields: ['tags'] }, { watermarkField: 'updated' });
    const updated: Column = { name: 'updated', kind: 'timestamptz' };
    expect(usedColumns(mapping, [{ name: 'other', kind: 'json' }, updated, TITLE, ID, TEXTS])).toEqual([
      updated,
      TITLE,
      ID,
      TEXTS,
    ]);
  });
});

describe('a column of another kind', () => {
  it('is told with the kind that it had, and so is an array of other elements', () => {
    const now: Column[] = [
      { name: 'tags', kind: 'array', element: 'integer' },
      { name: 'title', kind: 'json' },
      { name: 'id', kind: 'array', element: 'integer' },
    ];
    expect(retypedColumns([ID, TITLE, TEXTS], now)).toEqual([
      { column: 'tags', was: 'array of text', is: 'array of integer' },
      { column: 'title', was: 'text', is: 'json' },
      { column: 'id', was: 'integer', is: 'array of integer' },
    ]);
  });

  it('is not one in another place, nor one that is new or gone', () => {
    expect(retypedColumns([ID, TITLE], [TITLE, ID, TEXTS])).toEqual([]);
    expect(retypedColumns([ID, TITLE], [ID])).toEqual([]);
  });
});

describe('a run', () => {
  const OTHER_ID: Column = { name: 'id', kind: 'text' };
  const rows = [['1', 'one']];

  function listener(): { log: Logger; warnings: unknown[] } {
    const warnings: unknown[] = [];
    return {
      log: { ...silentLogger, warn: (message, fields) => warnings.push([message, fields]) },
      warnings,
    };
  }

  it('goes on when a column is of another kind, and says so once, before the rows and in its plan', async () => {
    const known = new KnownRecords();
    expect((await runOver(rowsSource({ columns: [ID, TITLE], rows }), known)).drift).toEqual([]);
    const { log, warnings } = listener();
    const source = rowsSource({ columns: [OTHER_ID, TITLE], rows: [...rows, ['2', 'two']], batchRows: 1 });
    const { drift, columns, tally } = await planOver(source, known, {}, new FoundChanges(), log);
    expect(drift).toEqual([{ column: 'id', was: 'integer', is: 'text' }]);
    expect(columns).toEqual([OTHER_ID, TITLE]);
    expect(tally.counts()).toMatchObject({ unchanged: 1, added: 1 });
    expect(warnings).toEqual([[expect.stringContaining('column types changed'), { drift }]]);
  });

  it('has it in the log when it fails', async () => {
    const known = new KnownRecords();
    await runOver(rowsSource({ columns: [ID, TITLE], rows }), known);
    const { log, warnings } = listener();
    const twice = rowsSource({ columns: [OTHER_ID, TITLE], rows: [...rows, ...rows] });
    await expect(planOver(twice, known, {}, new FoundChanges(), log)).rejects.toMatchObject({
      code: 'DUPLICATE_ID',
    });
    expect(warnings).toHaveLength(1);
  });

  it('says nothing when no run remembered its columns, or when they are as they were', async () => {
    const known = new KnownRecords();
    const { log, warnings } = listener();
    const source = () => rowsSource({ columns: [ID, TITLE], rows });
    await planOver(source(), known, {}, new FoundChanges(), log);
    await runOver(source(), known);
    expect((await planOver(source(), known, {}, new FoundChanges(), log)).drift).toEqual([]);
    expect(warnings).toEqual([]);
  });
});
