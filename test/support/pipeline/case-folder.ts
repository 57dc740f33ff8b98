import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  DeletePolicy,
  MappingSpec,
  ReconciliationSpec,
} from '../../../src/definitions/connector/types.ts';
import type { Column, ColumnKind } from '../../../src/pipeline/ports/ports.ts';
import type { RowsSourceOptions, WireRow, WireValue } from './rows-source.ts';

/** The part of a connector that decides about a plan, `connector.json`. */
export interface CaseConnector {
  /** One sentence: what the case shows. */
  readonly shows: string;
  readonly mapping: MappingSpec;
  readonly reconciliation?: Partial<ReconciliationSpec>;
  readonly watermarkField?: string;
  readonly listing?: 'full' | 'delta';
  readonly allowDeletes?: number;
}

/** `before.json`: what is known, as the listing that the run before has committed. */
export interface CaseBefore {
  readonly rows: readonly WireRow[];
  readonly mapping: Partial<MappingSpec>;
  readonly softDeleted: readonly string[];
}

/** `expected/`: lines of artifacts, and `counts.json`. A file that is not there is an empty one. */
export interface CaseExpected {
  readonly upserts: readonly string[];
  readonly deletes: readonly string[];
  readonly softDeletes: readonly string[];
  readonly quarantined: readonly string[];
  readonly counts: unknown;
}

export interface Case {
  readonly connector: CaseConnector;
  readonly deletePolicy: DeletePolicy;
  readonly before: CaseBefore | undefined;
  readonly source: RowsSourceOptions;
  readonly expected: CaseExpected;
}

const EXPECTED_FILES = {
  upserts: 'upserts.ndjson',
  deletes: 'deletes.ndjson',
  softDeletes: 'soft-deletes.ndjson',
  quarantined: 'quarantine.ndjson',
  counts: 'counts.json',
};

/**
 * Reads one folder of `test/cases`:
 * - `connector.json`, see `CaseConnector`;
 * - `rows.json`: `columns` as `{"name": "kind"}`, an array as `"kind[]"`, JSON that the source does not check as `"json?"`; `rows`; perhaps `truncated`, `oversized`, `checkpoint`.
 *   A value is text, null, `{"absent": true}`, `{"hex": "ff"}` or `{"repeat": "text", "times": 3}`;
 * - `before.json`, see `CaseBefore`; rows have the columns of `rows.json`. Absent: nothing is known;
 * - `expected/`, see `CaseExpected`.
 */
export function readCase(folder: string): Case {
  const connector = json(folder, 'connector.json') as CaseConnector;
  const rows = json(folder, 'rows.json') as RowsFile;
  const before = existsSync(join(folder, 'before.json'))
    ? (json(folder, 'before.json') as BeforeFile)
    : undefined;
  const { columns, ...end } = rows;
  const { deletePolicy = 'auto_delete_missing' } = connector.reconciliation ?? {};
  return {
    connector,
    deletePolicy,
    before: before && {
      rows: before.rows.map(wireRow),
      mapping: before.mapping ?? {},
      softDeleted: before.softDeleted ?? [],
    },
    source: {
      ...end,
      columns: Object.entries(columns).map(([name, type]) => columnOf(name, type)),
      rows: rows.rows.map(wireRow),
      listing: connector.listing ?? 'full',
    },
    expected: readExpected(join(folder, 'expected')),
  };
}

interface RowsFile extends Pick<RowsSourceOptions, 'truncated' | 'oversized' | 'checkpoint'> {
  readonly columns: Readonly<Record<string, string>>;
  readonly rows: readonly (readonly JsonValue[])[];
}

interface BeforeFile extends Partial<Omit<CaseBefore, 'rows'>> {
  readonly rows: readonly (readonly JsonValue[])[];
}

type JsonValue =
  | string
  | null
  | { readonly absent: true }
  | { readonly hex: string }
  | { readonly repeat: string; readonly times: number };

function json(folder: string, name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}

function columnOf(name: string, type: string): Column {
  if (type === 'json?') return { name, kind: 'json', unchecked: true };
  const kind = type.replace('[]', '') as Exclude<ColumnKind, 'array'>;
  return type.endsWith('[]') ? { name, kind: 'array', element: kind } : { name, kind };
}

function wireRow(row: readonly JsonValue[]): WireRow {
  return row.map((value): WireValue => {
    if (value === null || typeof value === 'string') return value;
    if ('absent' in value) return undefined;
    return 'hex' in value ? Buffer.from(value.hex, 'hex') : value.repeat.repeat(value.times);
  });
}

function readExpected(folder: string): CaseExpected {
  const names = readdirSync(folder);
  const unknown = names.filter((name) => !Object.values(EXPECTED_FILES).includes(name));
  if (unknown.length > 0) throw new Error(`${folder} holds files that no case has: ${unknown.join(', ')}`);
  const lines = (name: string) =>
    names.includes(name) ? readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1) : [];
  return {
    upserts: lines(EXPECTED_FILES.upserts),
    deletes: lines(EXPECTED_FILES.deletes),
    softDeletes: lines(EXPECTED_FILES.softDeletes),
    quarantined: lines(EXPECTED_FILES.quarantined),
    counts: json(folder, EXPECTED_FILES.counts),
  };
}
