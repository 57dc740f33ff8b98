export interface SqlPiece {
  readonly kind: 'code' | 'string' | 'identifier' | 'comment';
  /** As written, with its quotes or comment marks. */
  readonly text: string;
}

const OPENER = /--|\/\*|['"`]|\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/gu;
const IDENTIFIER_CHARACTER = /[\p{L}\p{N}_$]/u;

/**
 * Cuts SQL into code and what is not code; the pieces joined are the query again. Knows `'…'` with doubled quotes,
 * `E'…'` with backslashes, `"…"` and backquoted identifiers, `$tag$…$tag$`, `--` and nested `/* *\/` comments. What is
 * not closed reaches to the end.
 */
export function splitSql(query: string): SqlPiece[] {
  const pieces: SqlPiece[] = [];
  let codeStart = 0;
  OPENER.lastIndex = 0;
  for (let match = OPENER.exec(query); match !== null; match = OPENER.exec(query)) {
    const found = pieceAt(query, match.index, match[0]);
    if (found === undefined) {
      // `a$b$c` is one identifier: go on behind its first dollar sign, the second may open a real quote.
      OPENER.lastIndex = match.index + 1;
      continue;
    }
    if (match.index > codeStart) pieces.push({ kind: 'code', text: query.slice(codeStart, match.index) });
    pieces.push({ kind: found.kind, text: query.slice(match.index, found.end) });
    codeStart = found.end;
    OPENER.lastIndex = found.end;
  }
  if (codeStart < query.length) pieces.push({ kind: 'code', text: query.slice(codeStart) });
  return pieces;
}

function pieceAt(
  query: string,
  start: number,
  opener: string,
): { readonly kind: SqlPiece['kind']; readonly end: number } | undefined {
  const from = start + opener.length;
  switch (opener) {
    case '--':
      return { kind: 'comment', end: endOf(query, '\n', from, 0) };
    case '/*':
      return { kind: 'comment', end: endOfBlockComment(query, from) };
    case "'":
      return { kind: 'string', end: endOfQuoted(query, from, "'", isEscapeString(query, start)) };
    case '"':
    case '`':
      return { kind: 'identifier', end: endOfQuoted(query, from, opener, false) };
    default:
      if (IDENTIFIER_CHARACTER.test(query[start - 1] ?? '')) return undefined;
      return { kind: 'string', end: endOf(query, opener, from, opener.length) };
  }
}

function endOf(query: string, closer: string, from: number, length: number): number {
  const found = query.indexOf(closer, from);
  return found === -1 ? query.length : found + length;
}

function endOfQuoted(query: string, from: number, quote: string, backslashes: boolean): number {
  for (let index = from; index < query.length; index += 1) {
    if (backslashes && query[index] === '\\') index += 1;
    else if (query[index] === quote) {
      if (query[index + 1] !== quote) return index + 1;
      index += 1;
    }
  }
  return query.length;
}

function endOfBlockComment(query: string, from: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  let depth = 1;
  for (let match = mark.exec(query); match !== null; match = mark.exec(query)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return query.length;
}

function isEscapeString(query: string, quote: number): boolean {
  return /^[eE]$/.test(query[quote - 1] ?? '') && !IDENTIFIER_CHARACTER.test(query[quote - 2] ?? '');
}
