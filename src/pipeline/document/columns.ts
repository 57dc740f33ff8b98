import { nearest } from '../../definitions/nearest.ts';
import { BridgeError } from '../../core/errors.ts';
import { RENAMED_COLUMNS_COMPARED_MAX } from '../limits.ts';
import { lookalike, lookalikeNote } from '../../core/text/lookalike.ts';
import type { Mapping } from '../mapping/mapping.ts';
import type { Column } from '../ports/ports.ts';

/**
 * Returns a function that finds columns by name for a mapping, after checking that all named columns exist.
 * @throws BridgeError SOURCE_COLUMN_MISSING listing all that do not, and the columns of the source
 */
export function columnFinder(mapping: Mapping, columns: readonly Column[]): (name: string) => number {
  const index = new Map(columns.map((column, position) => [column.name, position]));
  const missing = missingColumns(mapping, columns);
  if (missing.length > 0) {
    const lines = missing.map(
      ({ name, field, renamed }) => `  ${field} names ${JSON.stringify(name)}${perhaps(name, renamed)}`,
    );
    throw new BridgeError(
      'SOURCE_COLUMN_MISSING',
      [
        `The source of ${mapping.connector} does not return every column that its mapping needs:`,
        ...lines,
        `  it returns: ${columns.map(({ name }) => name).join(', ') || 'nothing'}`,
      ],
      { hint: 'Add the column to spec.source.query, or correct the name in spec.mapping.' },
    );
  }
  // Every name that is requested later was checked above.
  return (name) => index.get(name) ?? -1;
}

/** A column that a mapping names but the source does not have. */
export interface MissingColumn {
  readonly name: string;
  /** The field of the connector that names the column. */
  readonly field: string;
  /** The likely new name of the column. */
  readonly renamed: string | undefined;
}

/**
 * Returns the missing columns. Only a column that the mapping does not name can be the new name of a missing one, which was
 * renamed, or which the database writes in upper case.
 */
export function missingColumns(mapping: Mapping, columns: readonly Column[]): MissingColumn[] {
  const uses = columnUses(mapping);
  const used = new Set(uses.map(({ name }) => name));
  const names = new Set(columns.map(({ name }) => name));
  const others = [...names].filter((name) => !used.has(name));
  return uses
    .filter(({ name }) => !names.has(name))
    .map(({ name, field }, index) => ({
      name,
      field,
      renamed:
        index < RENAMED_COLUMNS_COMPARED_MAX
          ? (lookalike(name, others) ?? nearest(name, others) ?? onlyLonger(name, others))
          : undefined,
    }));
}

/** Returns the only column whose name contains the old one, as `asset_label` contains `label`. */
function onlyLonger(name: string, others: readonly string[]): string | undefined {
  const [only, ...more] = others.filter((other) => other.toLowerCase().includes(name.toLowerCase()));
  return more.length === 0 ? only : undefined;
}

function perhaps(name: string, renamed: string | undefined): string {
  if (renamed === undefined) return '';
  return lookalike(name, [renamed]) === undefined
    ? `, perhaps it is ${JSON.stringify(renamed)} now`
    : `, and ${lookalikeNote(name, renamed)}`;
}

/**
 * Returns each column that a mapping names, with the field of the connector that names it. A column that several fields name
 * appears several times.
 */
export function columnUses(mapping: Mapping): { readonly name: string; readonly field: string }[] {
  const use = (field: string, names: readonly (string | undefined)[]) =>
    names.flatMap((name) => (name === undefined ? [] : [{ name, field }]));
  return [
    ...use('mapping.idField', mapping.idFields),
    ...use('mapping.titleField', mapping.title.variables),
    ...use('mapping.contentTemplate', mapping.content.variables),
    ...use('mapping.uriTemplate', mapping.uri?.variables ?? []),
    ...use('mapping.aclUsersField', [mapping.aclUsersField]),
    ...use('mapping.aclGroupsField', [mapping.aclGroupsField]),
    ...use('mapping.metadataFields', mapping.metadataFields),
    ...use('source.watermarkField', [mapping.watermarkField]),
  ];
}
