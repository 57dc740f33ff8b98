import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import Database from 'libsql';
import { count } from '../../src/core/text/count-text.ts';

/** Where the sizes begin; the longest lines still fit into 66 columns. */
const TREE_WIDTH = 48;

/** A folder as a tree, with what is in each file, but for hidden ones. Of `name#generation` only the name is shown. */
export async function treeLines(folder: string, indent = ''): Promise<string[]> {
  const lines: string[] = [];
  const entries = (await readdir(folder, { withFileTypes: true })).filter(
    ({ name }) => !name.startsWith('.'),
  );
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const [index, entry] of entries.entries()) {
    const last = index === entries.length - 1;
    const file = path.join(folder, entry.name);
    const branch = `${indent}${last ? '└── ' : '├── '}${entry.name.replace(/#\d+$/, '')}`;
    lines.push(entry.isDirectory() ? `${branch}/` : `${branch.padEnd(TREE_WIDTH)}  ${await sizeOf(file)}`);
    if (entry.isDirectory()) lines.push(...(await treeLines(file, `${indent}${last ? '    ' : '│   '}`)));
  }
  return lines;
}

async function sizeOf(file: string): Promise<string> {
  const { size } = await stat(file);
  if (!/\.(ndjson|txt)(#\d+)?$/.test(file)) return `${count(size)} bytes`;
  const lines = (await readFile(file, 'utf8')).split('\n').length - 1;
  return `${count(lines)} ${lines === 1 ? 'line' : 'lines'}`;
}

/** The tables of a SQLite file and how much is in each; empty ones are left out. */
export function stateLines(file: string): string[] {
  const database = new Database(file, { readonly: true });
  const textsOf = (sql: string): string[] =>
    database
      .prepare(sql)
      .raw()
      .all()
      .flatMap((row) => (Array.isArray(row) ? [String(row[0])] : []));
  try {
    const tables = textsOf("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    const ours = tables.filter((name) => !/sqlite|knex/.test(name));
    return ours.flatMap((name) => {
      const rows = Number(textsOf(`SELECT count(*) FROM "${name}"`)[0]);
      return rows === 0 ? [] : [`${name.padEnd(24)} ${count(rows)} ${rows === 1 ? 'row' : 'rows'}`];
    });
  } finally {
    database.close();
  }
}
