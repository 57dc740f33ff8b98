import { describe, expect, it } from '@jest/globals';
import { columnFinder, missingColumns } from '../../../src/pipeline/document/columns.ts';
import type { Column } from '../../../src/pipeline/ports/ports.ts';
import { mappingOf } from '../../support/pipeline/mapping.ts';

const columnsNamed = (...names: string[]): Column[] => names.map((name) => ({ name, kind: 'text' }));

const MAPPING = mappingOf(
  {
    idField: ['region', 'id'],
    contentTemplate: '{{ body }}',
    uriTemplate: '{{ link }}',
    aclUsersField: 'users',
    aclGroupsField: 'groups',
    metadataFields: ['team'],
  },
  { watermarkField: 'updated' },
);

describe('the columns of a mapping', () => {
  it('are found by name, whatever else the source returns', () => {
    const names = ['x', 'region', 'id', 'title', 'body', 'link', 'users', 'groups', 'team', 'updated', 'y'];
    const columnOf = columnFinder(MAPPING, columnsNamed(...names));
    for (const [index, name] of names.entries()) expect(columnOf(name)).toBe(index);
    expect(columnOf('not named')).toBe(-1);
  });

  it('that are missing are named all at once, with the field that asks for them', () => {
    expect(() => columnFinder(MAPPING, columnsNamed('id', 'ID'))).toThrow(
      [
        'The source of hr does not return every column that its mapping needs:',
        '  mapping.idField names "region"',
        '  mapping.titleField names "title"',
        '  mapping.contentTemplate names "body"',
        '  mapping.uriTemplate names "link"',
        '  mapping.aclUsersField names "users"',
        '  mapping.aclGroupsField names "groups"',
        '  mapping.metadataFields names "team"',
        '  source.watermarkField names "updated"',
        '  it returns: id, ID',
      ].join('\n'),
    );
  });

  it('that were renamed, or are in another case, are named with what they may be now', () => {
    const mapping = mappingOf({ idField: 'id', contentTemplate: '{{ description }}' });
    expect(() => columnFinder(mapping, columnsNamed('ID', 'title', 'descriptions'))).toThrow(
      [
        '  mapping.idField names "id", perhaps it is "ID" now',
        '  mapping.contentTemplate names "description", perhaps it is "descriptions" now',
      ].join('\n'),
    );
    // "title" is the title, whatever else is missing.
    expect(() => columnFinder(mapping, columnsNamed('id', 'title'))).toThrow(/"description"\n/);
  });

  it('are told what they may be now, the first twenty of them', () => {
    const fields = Array.from({ length: 25 }, (_, index) => `field${index}-name`);
    const metadataFields = fields.map((field) => field.toUpperCase());
    const mapping = mappingOf({ idField: 'id', contentTemplate: 'x', metadataFields });
    const missing = missingColumns(mapping, columnsNamed('id', 'title', ...fields));
    expect(missing.map(({ renamed }) => renamed ?? '')).toEqual(
      fields.map((field, index) => (index < 20 ? field : '')),
    );
  });

  it('are told the only column whose name contains theirs, and none of several', () => {
    const mapping = mappingOf({ idField: 'id', contentTemplate: '{{ label }}' });
    const renamed = (...names: string[]) =>
      missingColumns(mapping, columnsNamed('id', 'title', ...names)).map((column) => column.renamed);
    expect(renamed('asset_label')).toEqual(['asset_label']);
    expect(renamed('asset_label', 'owner_label')).toEqual([undefined]);
  });

  it('may all be missing', () => {
    expect(() => columnFinder(mappingOf(), [])).toThrow('it returns: nothing');
    expect(() => columnFinder(mappingOf(), [])).toThrow(
      expect.objectContaining({ code: 'SOURCE_COLUMN_MISSING' }),
    );
  });

  it.each([
    ['id\u200B', '"id\\u200b"'],
    ['id\u00A0', '"id\\u00a0"'],
    ['\u0456d', '"\\u0456d"'],
  ])('that only look like one that is named are spelled out: %j', (name, spelled) => {
    const names = ['region', name, 'title', 'body', 'link', 'users', 'groups', 'team', 'updated'];
    expect(() => columnFinder(MAPPING, columnsNamed(...names))).toThrow(
      `mapping.idField names "id", and there is ${spelled}, which only looks like "id"`,
    );
  });
});
