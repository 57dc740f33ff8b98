export interface SqlPiece {
  readonly kind: 'code' | 'string' | 'identifier' | 'comment';
  /** As written, with its quotes or comment marks. */
  readonly text: string;
}

export type SqlDialect = 'postgres' | 'mysql' | 'mssql' | 'oracle';

/** How a piece that is not code starts and ends in one dialect. */
interface Lexicon {
  /** Has the flag `g`. */
  readonly opener: RegExp;
  /** The end of a `--` comment; the matched character is not part of the comment. */
  readonly lineEnd: RegExp;
  readonly nestedComments: boolean;
  /** In which strings a backslash escapes the next character. */
  readonly backslashes: 'never' | 'after E' | 'always';
  /** Whether `"…"` is a string instead of a name. */
  readonly doubleQuotedStrings: boolean;
  /** Whether `q'[…]'` is a string. */
  readonly alternativeQuotes: boolean;
}

const LEXICONS: Readonly<Record<SqlDialect, Lexicon>> = {
  postgres: {
    opener: /--|\/\*|['"]|\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/gu,
    lineEnd: /[\n\r]/g,
    nestedComments: true,
    backslashes: 'after E',
    doubleQuotedStrings: false,
    alternativeQuotes: false,
  },
  // `--x` is two minus signs, and the text of `/*! … */` and of MariaDB's `/*M! … */` is executed. The server's sql_mode may have
  // ANSI_QUOTES or NO_BACKSLASH_ESCAPES, which cannot be seen in a query; this is the default.
  mysql: {
    opener: /--(?=[\s\p{Cc}]|$)|#|\/\*(?!M?!)|['"`]/gu,
    lineEnd: /\n/g,
    nestedComments: false,
    backslashes: 'always',
    doubleQuotedStrings: true,
    alternativeQuotes: false,
  },
  mssql: {
    opener: /--|\/\*|['"[]/g,
    lineEnd: /\n/g,
    nestedComments: true,
    backslashes: 'never',
    doubleQuotedStrings: false,
    alternativeQuotes: false,
  },
  oracle: {
    opener: /--|\/\*|['"]/g,
    lineEnd: /\n/g,
    nestedComments: false,
    backslashes: 'never',
    doubleQuotedStrings: false,
    alternativeQuotes: true,
  },
};

/** The dialect of `spec.source.type`; Postgres for a missing or unknown type, which the schema reports. */
export function dialectOf(type: string | undefined): SqlDialect {
  return type === 'mysql' || type === 'mssql' || type === 'oracle' ? type : 'postgres';
}

/**
 * Splits SQL into code and the rest (strings, quoted names, comments), as the dialect's own server does. The joined pieces are
 * the query. A piece that is not closed extends to the end.
 */
export function splitSql(query: string, dialect: SqlDialect): SqlPiece[] {
  const lexicon = LEXICONS[dialect];
  const opener = new RegExp(lexicon.opener);
  const pieces: SqlPiece[] = [];
  let codeStart = 0;
  for (let match = opener.exec(query); match !== null; match = opener.exec(query)) {
    const found = pieceAt(query, match.index, match[0], lexicon);
    if (found === undefined) {
      // `a$b$c` is one identifier: continue after its first dollar sign, the second may open a real quote.
      opener.lastIndex = match.index + 1;
      continue;
    }
    if (match.index > codeStart) pieces.push({ kind: 'code', text: query.slice(codeStart, match.index) });
    pieces.push({ kind: found.kind, text: query.slice(match.index, found.end) });
    codeStart = found.end;
    opener.lastIndex = found.end;
  }
  if (codeStart < query.length) pieces.push({ kind: 'code', text: query.slice(codeStart) });
  return pieces;
}

/** The code of a query, with a blank in the place of every string, name in quotes and comment, and no two blanks in a row. */
export function sqlCode(query: string, type: string | undefined): string {
  return splitSql(query, dialectOf(type))
    .map((piece) => (piece.kind === 'code' ? piece.text : ' '))
    .join('')
    .replaceAll(/\s+/g, ' ');
}

/** The name of a quoted identifier, without its quotes. */
export function unquoted(identifier: string): string {
  const close = identifier.startsWith('[') ? ']' : identifier.slice(0, 1);
  return identifier.slice(1, -1).replaceAll(close + close, close);
}

function pieceAt(
  query: string,
  start: number,
  opener: string,
  lexicon: Lexicon,
): { readonly kind: SqlPiece['kind']; readonly end: number } | undefined {
  const from = start + opener.length;
  switch (opener) {
    case '--':
    case '#':
      return { kind: 'comment', end: endOfLine(query, from, lexicon.lineEnd) };
    case '/*':
      return { kind: 'comment', end: endOfBlockComment(query, from, lexicon.nestedComments) };
    case "'":
      return { kind: 'string', end: endOfString(query, start, lexicon) };
    case '[':
      return { kind: 'identifier', end: endOfQuoted(query, from, ']', false) };
    case '"':
      return lexicon.doubleQuotedStrings
        ? { kind: 'string', end: endOfQuoted(query, from, '"', lexicon.backslashes === 'always') }
        : { kind: 'identifier', end: endOfQuoted(query, from, '"', false) };
    case '`':
      return { kind: 'identifier', end: endOfQuoted(query, from, '`', false) };
    default:
      if (endsInName(query, start)) return undefined;
      return { kind: 'string', end: endAfter(query, opener, from) };
  }
}

const NAME_CHARACTER = /[\p{L}\p{N}_$]/u;

function endsInName(query: string, end: number): boolean {
  return NAME_CHARACTER.test(query[end - 1] ?? '');
}

function endAfter(query: string, closer: string, from: number): number {
  const found = query.indexOf(closer, from);
  return found === -1 ? query.length : found + closer.length;
}

function endOfLine(query: string, from: number, lineEnd: RegExp): number {
  const end = new RegExp(lineEnd);
  end.lastIndex = from;
  return end.exec(query)?.index ?? query.length;
}

/** @param start the offset of the opening quote */
function endOfString(query: string, start: number, lexicon: Lexicon): number {
  const delimiter = lexicon.alternativeQuotes ? alternativeDelimiter(query, start) : undefined;
  if (delimiter !== undefined) return endAfter(query, `${delimiter}'`, start + 2);
  const backslashes =
    lexicon.backslashes === 'always' ||
    (lexicon.backslashes === 'after E' && prefixedBy(query, start, /^e$/i, 1));
  return endOfQuoted(query, start + 1, "'", backslashes);
}

const CLOSING_DELIMITERS = new Map([
  ['[', ']'],
  ['{', '}'],
  ['(', ')'],
  ['<', '>'],
]);

/** The delimiter before the closing quote of `q'[…]'` and `nq'!…!'`; undefined for any other string. */
function alternativeDelimiter(query: string, start: number): string | undefined {
  if (!prefixedBy(query, start, /^q$/i, 1) && !prefixedBy(query, start, /^nq$/i, 2)) return undefined;
  const opening = query[start + 1];
  return opening === undefined ? undefined : (CLOSING_DELIMITERS.get(opening) ?? opening);
}

/** Whether the letters before a quote are this prefix, and not the end of a longer name. */
function prefixedBy(query: string, quote: number, prefix: RegExp, length: number): boolean {
  const start = quote - length;
  return start >= 0 && prefix.test(query.slice(start, quote)) && !endsInName(query, start);
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

function endOfBlockComment(query: string, from: number, nested: boolean): number {
  if (!nested) return endAfter(query, '*/', from);
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  let depth = 1;
  for (let match = mark.exec(query); match !== null; match = mark.exec(query)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return query.length;
}
