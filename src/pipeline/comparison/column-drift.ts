import { columnUses } from '../document/columns.ts';
import type { Mapping } from '../mapping/mapping.ts';
import type { Column } from '../ports/ports.ts';

/** A column whose kind differs from that in the last committed run. */
export interface ColumnDrift {
  readonly column: string;
  /** A kind, or `array of` a kind. */
  readonly was: string;
  readonly is: string;
}

/** Returns the columns that a mapping uses, in the order of the source. The state keeps them with a run. */
export function usedColumns(mapping: Mapping, columns: readonly Column[]): Column[] {
  const used = new Set(columnUses(mapping).map(({ name }) => name));
  return columns.filter(({ name }) => used.has(name));
}

/** Returns the columns of both lists whose kind differs, in the order of the new list. */
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
