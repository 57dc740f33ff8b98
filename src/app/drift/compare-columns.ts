import type { Outcome } from '../../core/finding.ts';
import { retypedColumns, usedColumns } from '../../pipeline/comparison/column-drift.ts';
import { columnUses, missingColumns, type MissingColumn } from '../../pipeline/document/columns.ts';
import type { Mapping } from '../../pipeline/mapping/mapping.ts';
import type { Column } from '../../pipeline/ports/ports.ts';

export interface ColumnsCompared {
  readonly mapping: Mapping;
  /** The columns that the last committed run saw; undefined if no run recorded them. */
  readonly remembered: readonly Column[] | undefined;
  /** The columns that the source has now. */
  readonly columns: readonly Column[];
  /** True if the columns come only from the first page of an API: later records may have more. */
  readonly firstPage: boolean;
  /** True if the next run compares the checkpoint with the column of the watermark. */
  readonly usesCheckpoint: boolean;
}

/** Compares the columns of a source with the mapping, and with the columns that the last committed run saw. */
export function compareColumns(compared: ColumnsCompared): Outcome[] {
  const { mapping, remembered, columns, firstPage } = compared;
  const used = usedColumns(mapping, columns);
  const found = [
    ...missingColumns(mapping, columns)
      .map((missing) => withRename(missing, compared))
      .map((column) => (firstPage ? missingOnPage(column, mapping) : missingInQuery(column))),
    ...retypedOutcomes(used, compared),
  ];
  if (found.length > 0) return found;
  const has = `The source has ${used.length === 1 ? 'the column' : `the ${used.length} columns`} that the mapping names`;
  const kinds =
    remembered === undefined
      ? '; no run has remembered their kinds yet'
      : ', of the kinds that the last run saw';
  return [{ status: 'ok', message: `${has}${kinds}.` }];
}

/** If no column has a similar name, suggests the only unmapped column of the same type. */
function withRename(
  missing: MissingColumn,
  { mapping, remembered = [], columns }: ColumnsCompared,
): MissingColumn {
  const kind = remembered.find(({ name }) => name === missing.name)?.kind;
  if (missing.renamed !== undefined || kind === undefined) return missing;
  const used = new Set(columnUses(mapping).map(({ name }) => name));
  const [only, ...others] = columns.filter((column) => column.kind === kind && !used.has(column.name));
  return only === undefined || others.length > 0 ? missing : { ...missing, renamed: only.name };
}

function missingInQuery({ name, field, renamed }: MissingColumn): Outcome {
  const what = `${field} names ${quoted(name)}, which the source does not return`;
  if (renamed === undefined) {
    const fix = `Add the column to spec.source.query, or correct the name in spec.${field}.`;
    return { status: 'drift', message: `${what}.`, fix };
  }
  return {
    status: 'drift',
    message: `${what}; perhaps it is ${quoted(renamed)} now.`,
    fix: `Write ${quoted(renamed)} in spec.${field}, or let spec.source.query return it under its old name, with AS.`,
  };
}

/** Every record has its id fields. Any other field may be missing from some records, and so from a whole page. */
function missingOnPage({ name, field }: MissingColumn, { idFields }: Mapping): Outcome {
  const vital = idFields.includes(name);
  return {
    status: vital ? 'drift' : 'warn',
    message: `${field} names ${quoted(name)}, which no record of the first page has.`,
    fix: vital
      ? `Correct the name in spec.${field}.`
      : `Check whether later records have it; if none has, correct the name in spec.${field}.`,
  };
}

function retypedOutcomes(used: readonly Column[], compared: ColumnsCompared): Outcome[] {
  const { mapping, remembered = [], usesCheckpoint } = compared;
  return retypedColumns(remembered, used).map(({ column, was, is }) => {
    const stops = usesCheckpoint && column === mapping.watermarkField;
    const what = `The column ${quoted(column)} was ${was} in the last run and is ${is} now`;
    const otherwise = 'Otherwise cast it in spec.source.query.';
    return stops
      ? {
          status: 'drift',
          message: `${what}. The next run fails, because the checkpoint cannot be compared with it.`,
          fix: `If this is intended, run once with \`--full\`. ${otherwise}`,
        }
      : {
          status: 'drift',
          message: `${what}.`,
          fix: `If this is intended, nothing needs to be changed: the next run compares every row, and checksums decide what is sent. ${otherwise}`,
        };
  });
}

function quoted(name: string): string {
  return JSON.stringify(name);
}
