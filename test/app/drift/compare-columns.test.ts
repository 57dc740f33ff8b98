import { describe, expect, test } from '@jest/globals';
import { compareColumns, type ColumnsCompared } from '../../../src/app/drift/compare-columns.ts';
import type { Column } from '../../../src/pipeline/ports/ports.ts';
import { mappingOf } from '../../support/pipeline/mapping.ts';

const ID: Column = { name: 'id', kind: 'integer' };
const TITLE: Column = { name: 'title', kind: 'text' };
const UPDATED: Column = { name: 'updated', kind: 'integer' };
const ALL = [ID, TITLE, UPDATED];

const compare = (changes: Partial<ColumnsCompared> = {}) =>
  compareColumns({
    mapping: mappingOf({}, { watermarkField: 'updated' }),
    remembered: ALL,
    columns: ALL,
    firstPage: false,
    usesCheckpoint: false,
    ...changes,
  });

describe('columns', () => {
  test('that all exist with the same kinds are not drift, whatever other columns the source has', () => {
    expect(compare({ columns: [{ name: 'other', kind: 'json' }, ...ALL] })).toEqual([
      {
        status: 'ok',
        message: 'The source has the 3 columns that the mapping names, of the kinds that the last run saw.',
      },
    ]);
  });

  test('that no run has read yet are compared with the mapping alone, and the finding says so', () => {
    const columns: Column[] = [{ name: 'title', kind: 'text' }];
    const mapping = mappingOf({ idField: 'title' });
    expect(compare({ mapping, columns, remembered: undefined })).toEqual([
      {
        status: 'ok',
        message: 'The source has the column that the mapping names; no run has remembered their kinds yet.',
      },
    ]);
  });

  test('that are missing, renamed and of another kind are all named, each with what to write', () => {
    const columns: Column[] = [
      { name: 'titles', kind: 'text' },
      { name: 'id', kind: 'array', element: 'integer' },
    ];
    expect(compare({ columns })).toEqual([
      {
        status: 'drift',
        message:
          'mapping.titleField names "title", which the source does not return; perhaps it is "titles" now.',
        fix: 'Write "titles" in spec.mapping.titleField, or let spec.source.query return it under its old name, with AS.',
      },
      {
        status: 'drift',
        message: expect.stringMatching(/^mapping\.contentTemplate names "title".*"titles" now\.$/),
        fix: expect.stringContaining('spec.mapping.contentTemplate'),
      },
      {
        status: 'drift',
        message: 'source.watermarkField names "updated", which the source does not return.',
        fix: 'Add the column to spec.source.query, or correct the name in spec.source.watermarkField.',
      },
      {
        status: 'drift',
        message: 'The column "id" was integer in the last run and is array of integer now.',
        fix: expect.stringMatching(/nothing needs to be changed.*cast it/),
      },
    ]);
  });

  test('whose watermark has another kind stop the next run only where it uses its checkpoint', () => {
    const columns: Column[] = [ID, TITLE, { name: 'updated', kind: 'timestamptz' }];
    const [stopped] = compare({ columns, usesCheckpoint: true });
    expect(stopped).toMatchObject({
      status: 'drift',
      message: expect.stringMatching(/was integer .* is timestamptz now\. The next run fails/),
      fix: expect.stringContaining('`--full`'),
    });
    const [passed] = compare({ columns });
    expect(passed).toMatchObject({
      status: 'drift',
      fix: expect.stringContaining('nothing needs to be changed'),
    });
    const [other] = compare({
      columns: [{ name: 'id', kind: 'text' }, TITLE, UPDATED],
      usesCheckpoint: true,
    });
    expect(other).toMatchObject({ fix: expect.stringContaining('nothing needs to be changed') });
  });

  test('of one page of an API may appear on later pages, except the id', () => {
    expect(compare({ columns: [UPDATED], firstPage: true })).toEqual([
      {
        status: 'drift',
        message: 'mapping.idField names "id", which no record of the first page has.',
        fix: 'Correct the name in spec.mapping.idField.',
      },
      { status: 'warn', message: expect.stringContaining('"title"'), fix: expect.stringContaining('later') },
      { status: 'warn', message: expect.stringContaining('"title"'), fix: expect.stringContaining('later') },
    ]);
  });

  test('that have no name alike are perhaps the only unused column of the same kind, or the only name that contains theirs', () => {
    const renamed = (columns: readonly Column[]) =>
      compare({ columns: [ID, UPDATED, ...columns] }).map(
        ({ message }) => /perhaps it is (".*") now/.exec(message)?.[1],
      );
    const other: Column = { name: 'caption', kind: 'text' };
    expect(renamed([other, { name: 'size', kind: 'integer' }])).toEqual(['"caption"', '"caption"']);
    expect(renamed([other, { name: 'summary', kind: 'text' }])).toEqual([undefined, undefined]);
    expect(renamed([other, { name: 'document_title_text', kind: 'text' }])).toEqual(
      Array(2).fill('"document_title_text"'),
    );
  });
});
