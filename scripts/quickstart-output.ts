import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import Database from 'libsql';
import { count } from '../src/cli/style.ts';

const TEXT_WIDTH_MAX = 100;

/** A folder as a tree, with what is in each file. */
export async function treeLines(folder: string, indent = ''): Promise<string[]> {
  const lines: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const [index, entry] of entries.entries()) {
    const last = index === entries.length - 1;
    const file = path.join(folder, entry.name);
    const label = entry.isDirectory() ? `${entry.name}/` : `${entry.name.padEnd(26)} ${await sizeOf(file)}`;
    lines.push(`${indent}${last ? '└── ' : '├── '}${label}`);
    if (entry.isDirectory()) lines.push(...(await treeLines(file, `${indent}${last ? '    ' : '│   '}`)));
  }
  return lines;
}

async function sizeOf(file: string): Promise<string> {
  const { size } = await stat(file);
  const bytes = size < 1_000_000 ? `${count(size)} bytes` : `${(size / 1_000_000).toFixed(1)} MB`;
  if (!file.endsWith('.ndjson')) return bytes;
  const lines = (await readFile(file, 'utf8')).split('\n').length - 1;
  return `${count(lines)} ${lines === 1 ? 'line' : 'lines'}, ${bytes}`;
}

/** The first line of an NDJSON file, indented for reading, with long texts cut. */
export async function documentLines(file: string): Promise<string[]> {
  const [line = 'null'] = (await readFile(file, 'utf8')).split('\n', 1);
  const shorten = (_key: string, value: unknown): unknown =>
    typeof value === 'string' && value.length > TEXT_WIDTH_MAX
      ? `${[...value].slice(0, TEXT_WIDTH_MAX).join('')}…`
      : value;
  return JSON.stringify(JSON.parse(line), shorten, 2).split('\n');
}

/** The tables of a SQLite file and how much is in each; empty ones are left out. */
export function stateLines(file: string): string[] {
  const database = new Database(file, { readonly: true });
  try {
    const tables = database
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%sqlite%' AND name NOT LIKE 'knex%'",
      )
      .pluck()
      .all() as string[];
    return tables.sort().flatMap((table) => {
      const rows = Number(database.prepare(`SELECT count(*) FROM "${table}"`).pluck().get());
      return rows === 0 ? [] : [`${table.padEnd(24)} ${count(rows)} ${rows === 1 ? 'row' : 'rows'}`];
    });
  } finally {
    database.close();
  }
}
