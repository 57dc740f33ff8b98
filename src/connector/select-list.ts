import { splitSql } from './sql-text.ts';

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
 * The columns that a query returns, as far as its text says so beyond doubt: a plain `SELECT a, t.b, f(x) AS c FROM …`.
 * Undefined for everything else (`*`, `WITH`, an expression without `AS`, `DISTINCT ON`, `TOP`), which only the database
 * can answer.
 */
export function selectedColumns(query: string): readonly SelectedColumn[] | undefined {
  const [first, ...rest] = tokens(query);
  if (!isWord(first, 'select')) return undefined;
  const items = listItems(isWord(rest[0], 'distinct') ? rest.slice(1) : rest);
  if (items === undefined) return undefined;
  const columns = items.map(columnOf);
  return columns.every((column) => column !== undefined) ? columns : undefined;
}

function tokens(query: string): SqlToken[] {
  return splitSql(query).flatMap(({ kind, text }): SqlToken[] => {
    if (kind === 'comment') return [];
    if (kind === 'string') return [{ kind: 'other', text }];
    if (kind === 'identifier') {
      const quote = text.slice(0, 1);
      return [{ kind: 'quoted', text: text.slice(1, -1).replaceAll(quote + quote, quote) }];
    }
    return (text.match(/[\p{L}_][\p{L}\p{N}_$#]*|\d[\w.]*|\S/gu) ?? []).map((token) => ({
      kind: /^[\p{L}_]/u.test(token) ? 'word' : 'other',
      text: token,
    }));
  });
}

/** The tokens between SELECT and the FROM at the same depth, cut at commas of that depth. */
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

/** `a`, `t.a`, `s.t.a`: names with dots between and nothing else. */
function isColumnPath(item: readonly SqlToken[]): boolean {
  return (
    item.length % 2 === 1 &&
    item.every((token, index) => (index % 2 === 0 ? token.kind !== 'other' : token.text === '.'))
  );
}

function isWord(token: SqlToken | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toLowerCase() === word;
}
