import { splitSql, unquoted, type SqlDialect } from './sql-text.ts';

export interface SelectedColumn {
  readonly name: string;
  /** A quoted name keeps its case in every database. */
  readonly quoted: boolean;
}

interface SqlToken {
  readonly kind: 'word' | 'quoted' | 'other';
  readonly text: string;
}

/**
 * The columns that a query returns, if its text defines them beyond doubt: a plain `SELECT a, t.b, f(x) AS c FROM …`. Undefined
 * for everything else (`*`, `WITH`, an expression without `AS`, `DISTINCT ON`, `TOP`), because only the database knows its
 * columns.
 */
export function selectedColumns(query: string, dialect: SqlDialect): readonly SelectedColumn[] | undefined {
  const [first, ...rest] = tokens(query, dialect);
  if (!isWord(first, 'select')) return undefined;
  const items = listItems(isWord(rest[0], 'distinct') ? rest.slice(1) : rest);
  if (items === undefined) return undefined;
  const columns = items.map(columnOf);
  return columns.every((column) => column !== undefined) ? columns : undefined;
}

function tokens(query: string, dialect: SqlDialect): SqlToken[] {
  return splitSql(query, dialect).flatMap(({ kind, text }): SqlToken[] => {
    if (kind === 'comment') return [];
    if (kind === 'string') return [{ kind: 'other', text }];
    if (kind === 'identifier') return [{ kind: 'quoted', text: unquoted(text) }];
    return (text.match(/[\p{L}_][\p{L}\p{N}_$#]*|\d[\w.]*|\S/gu) ?? []).map((token) => ({
      kind: /^[\p{L}_]/u.test(token) ? 'word' : 'other',
      text: token,
    }));
  });
}

/** The tokens between SELECT and the FROM at the same depth, split at the commas of that depth. */
function listItems(list: readonly SqlToken[]): SqlToken[][] | undefined {
  const items: SqlToken[][] = [];
  let item: SqlToken[] = [];
  let depth = 0;
  for (const token of list) {
    if (token.text === '(' && token.kind === 'other') depth += 1;
    if (token.text === ')' && token.kind === 'other') depth -= 1;
    if (depth === 0 && isWord(token, 'from')) return [...items, item];
    if (depth === 0 && token.kind === 'other' && token.text === ',') {
      items.push(item);
      item = [];
    } else item.push(token);
  }
  return undefined;
}

function columnOf(item: readonly SqlToken[]): SelectedColumn | undefined {
  const last = item.at(-1);
  if (last === undefined || last.kind === 'other') return undefined;
  const explicit = item.length > 2 && isWord(item.at(-2), 'as');
  return explicit || isColumnPath(item) ? { name: last.text, quoted: last.kind === 'quoted' } : undefined;
}

/** Matches `a`, `t.a`, `s.t.a`: only names with dots between them. */
function isColumnPath(item: readonly SqlToken[]): boolean {
  return (
    item.length % 2 === 1 &&
    item.every((token, index) => (index % 2 === 0 ? token.kind !== 'other' : token.text === '.'))
  );
}

function isWord(token: SqlToken | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toLowerCase() === word;
}

/** The names under which a database returns columns. */
export interface ReturnedNames {
  has(name: string): boolean;
  /** The names to suggest. */
  readonly written: readonly string[];
}

/** The case of an unquoted name depends on the server, so it is ignored, except in Postgres, whose rules are fixed. */
export function returnedNames(columns: readonly SelectedColumn[], dialect: SqlDialect): ReturnedNames {
  if (dialect === 'postgres') return postgresNames(columns);
  const lower = new Set(columns.map(({ name }) => name.toLowerCase()));
  return { has: (name) => lower.has(name.toLowerCase()), written: columns.map(({ name }) => name) };
}

/** Postgres truncates every name after this many bytes (NAMEDATALEN - 1). */
const POSTGRES_NAME_BYTES_MAX = 63;

/**
 * Postgres converts the ASCII letters of an unquoted name to lower case. Other letters are kept, except in a database with a
 * single-byte encoding, so both forms are accepted.
 */
function postgresNames(columns: readonly SelectedColumn[]): ReturnedNames {
  const accepted = new Set<string>();
  const written: string[] = [];
  for (const { name, quoted } of columns) {
    const returned = cutName(quoted ? name : name.replaceAll(/[A-Z]+/g, (ascii) => ascii.toLowerCase()));
    accepted.add(returned);
    if (!quoted) accepted.add(cutName(name.toLowerCase()));
    written.push(returned);
  }
  return { has: (name) => accepted.has(name), written };
}

function cutName(name: string): string {
  const bytes = Buffer.from(name);
  if (bytes.length <= POSTGRES_NAME_BYTES_MAX) return name;
  let end = POSTGRES_NAME_BYTES_MAX;
  // Does not cut within a character: 0b10xxxxxx is a continuation byte.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
