import type { SqlDialect } from '../../../definitions/connector/sql/sql-text.ts';
import { BridgeError } from '../../../core/errors.ts';

/**
 * Reserved words, so no plain name is one, that begin a statement or write. SQL Server needs no semicolon between statements, and
 * reads in no READ ONLY transaction.
 */
const MSSQL_WORDS: ReadonlySet<string> = new Set(
  `alter backup begin bulk checkpoint close commit create dbcc deallocate declare delete deny drop exec execute fetch goto grant if
   insert into kill opendatasource openquery openrowset print raiserror readtext reconfigure restore return revert revoke rollback
   save set setuser shutdown truncate update updatetext use waitfor while writetext`.split(/\s+/),
);
/** The word of `INTO OUTFILE`, which writes a file even in a READ ONLY transaction. */
const MYSQL_WORDS: ReadonlySet<string> = new Set(['into']);
const NO_WORDS: ReadonlySet<string> = new Set();
const REFUSED_WORDS: Readonly<Record<SqlDialect, ReadonlySet<string>>> = {
  postgres: NO_WORDS,
  mysql: MYSQL_WORDS,
  mssql: MSSQL_WORDS,
  oracle: NO_WORDS,
};
/**
 * With these words a query begins that only reads. Other statements, such as `OPTIMIZE TABLE` in MySQL or a definition in Oracle,
 * end the READ ONLY transaction and write.
 */
const FIRST_WORDS: Readonly<Record<SqlDialect, ReadonlySet<string>>> = {
  postgres: new Set(['select', 'with', 'values', 'table']),
  mysql: new Set(['select', 'with', 'values', 'table']),
  mssql: new Set(['select', 'with']),
  oracle: new Set(['select', 'with']),
};
/** The server's sql_mode decides where a string ends, so a string that names a file to write may be code. */
const MYSQL_FILE = /\b(?:out|dump)file\b/i;
/** A number ends where a word begins, even without a blank: `1delete` and `1edelete` have the word `delete`. */
const WORD_OR_NUMBER = /[\p{L}_@#][\p{L}\p{N}_@#$]*|0x[\da-f]*|\d+\.?\d*(?:e[+-]?\d*)?/giu;

/**
 * Refuses a query that would change something although previews only read.
 * @param query as it is written
 * @param code the query, with a name in place of each string and quoted name, and without comments
 * @param field the field of the query, for the message
 * @throws BridgeError PREVIEW_REFUSED
 */
export function requireSelectOnly(dialect: SqlDialect, query: string, code: string, field: string): void {
  const words = wordsOf(code);
  const isSelect = FIRST_WORDS[dialect].has(words[0] ?? '');
  const refused = REFUSED_WORDS[dialect];
  const merges = dialect === 'mssql' && words.some((word, at) => word === 'merge' && !isHint(words, at));
  const writesFile = dialect === 'mysql' && MYSQL_FILE.test(query);
  const hasRefused = words.some((word, at) => refused.has(word) && !isHint(words, at));
  if (isSelect && !merges && !writesFile && !hasRefused) return;
  throw new BridgeError('PREVIEW_REFUSED', `${field} is not one SELECT, and previews only read.`, {
    hint: 'Write one SELECT. Quote a column that is named like a statement.',
  });
}

function wordsOf(code: string): string[] {
  return [...code.matchAll(WORD_OR_NUMBER)]
    .map(([word]) => word.toLowerCase())
    .filter((word) => !/^\d/.test(word));
}

/** `MERGE JOIN` and `MERGE UNION` are ways to join, and `USE HINT` and `USE PLAN` are hints. */
function isHint(words: readonly string[], at: number): boolean {
  const next = words[at + 1] ?? '';
  if (words[at] === 'merge') return next === 'join' || next === 'union';
  return words[at] === 'use' && (next === 'hint' || next === 'plan');
}
