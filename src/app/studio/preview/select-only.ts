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
/** A number ends where a word begins, even without a blank: `1delete` and `1edelete` have the word `delete`. */
const WORD_OR_NUMBER = /[\p{L}_@#][\p{L}\p{N}_@#$]*|0x[\da-f]*|\d+\.?\d*(?:e[+-]?\d*)?/giu;

/**
 * Refuses a query that would change something although previews only read.
 * @param code the query, with a name in place of each string and quoted name, and without comments
 * @param field the field of the query, for the message
 * @throws BridgeError PREVIEW_REFUSED
 */
export function requireSelectOnly(dialect: SqlDialect, code: string, field = 'source.query'): void {
  if (dialect !== 'mssql' && dialect !== 'mysql') return;
  const words = wordsOf(code);
  const isSelect = dialect === 'mysql' || words[0] === 'select' || words[0] === 'with';
  const refused = dialect === 'mysql' ? MYSQL_WORDS : MSSQL_WORDS;
  const merges = dialect === 'mssql' && words.some((word, at) => word === 'merge' && !isHint(words, at));
  if (isSelect && !merges && !words.some((word, at) => refused.has(word) && !isHint(words, at))) return;
  throw new BridgeError('PREVIEW_REFUSED', `${field} is more than one SELECT, and previews only read.`, {
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
