import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import Database from 'libsql';
import { count } from '../src/cli/style.ts';

/** Where the sizes begin. */
const TREE_WIDTH = 46;
/** By code point, so that no character is cut in half. */
const LONG_TEXT = /^(.{100}).+$/su;

/** A folder as a tree, with what is in each file. */
export async function treeLines(folder: string, indent = ''): Promise<string[]> {
  const lines: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const [index, entry] of entries.entries()) {
    const last = index === entries.length - 1;
    const file = path.join(folder, entry.name);
    const branch = `${indent}${last ? '└── ' : '├── '}${entry.name}`;
    lines.push(entry.isDirectory() ? `${branch}/` : `${branch.padEnd(TREE_WIDTH)}  ${await sizeOf(file)}`);
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
    typeof value === 'string' ? value.replace(LONG_TEXT, '$1…') : value;
  return JSON.stringify(JSON.parse(line), shorten, 2).split('\n');
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
