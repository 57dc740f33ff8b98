import { columnUses } from '../document/columns.ts';
import type { Mapping } from '../mapping/mapping.ts';
import type { Column } from '../ports/ports.ts';

/** A column that has another kind than the last committed run saw. */
export interface ColumnDrift {
  readonly column: string;
  /** A kind, or `array of` one. */
  readonly was: string;
  readonly is: string;
}

/** The columns that a mapping makes something of, in the order of the source: what the state remembers of a run. */
export function usedColumns(mapping: Mapping, columns: readonly Column[]): Column[] {
  const used = new Set(columnUses(mapping).map(({ name }) => name));
  return columns.filter(({ name }) => used.has(name));
}

/** The columns of both lists whose kind differs, in the order of the new one. */
export function retypedColumns(before: readonly Column[], now: readonly Column[]): ColumnDrift[] {
  const kinds = new Map(before.map((column) => [column.name, kindName(column)]));
  return now.flatMap((column) => {
    const was = kinds.get(column.name);
    const is = kindName(column);
    return was === undefined || was === is ? [] : [{ column: column.name, was, is }];
  });
}

function kindName({ kind, element }: Column): string {
  return element === undefined ? kind : `${kind} of ${element}`;
}
