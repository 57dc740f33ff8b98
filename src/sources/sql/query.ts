import { splitSql, type SqlDialect } from '../../definitions/connector/sql/sql-text.ts';
import { BridgeError } from '../../core/errors.ts';
import { lookalikeSentences } from '../../core/text/lookalike.ts';

/**
 * The query without its trailing semicolons, so that it can be embedded in another. Comments stay: if a part is mistaken for a
 * comment it is still sent, and the server's own lexer decides. The caller adds a line break after the query.
 */
export function withoutTrailingSemicolons(query: string, dialect: SqlDialect): string {
  const texts = [];
  let ended = false;
  for (const { kind, text } of splitSql(query, dialect).reverse()) {
    texts.push(ended || kind !== 'code' ? text : withoutSemicolons(text));
    ended ||= kind !== 'comment' && !/^[;\s]*$/.test(text);
  }
  return texts.reverse().join('').trimEnd();
}

/** Replaces each trailing semicolon with a space, so that positions in the text stay the same. */
function withoutSemicolons(code: string): string {
  let end = code.length;
  while (end > 0 && /[;\s]/.test(code.charAt(end - 1))) end -= 1;
  return code.slice(0, end) + code.slice(end).replaceAll(';', ' ');
}

/**
 * The fields that a query returns, if each has a distinct name.
 * @param fields undefined if the statement returns no rows at all
 * @throws BridgeError SOURCE_QUERY_INVALID
 */
export function requireFields<T extends { readonly name: string }>(
  fields: readonly T[] | undefined,
): readonly T[] {
  if (fields === undefined) {
    throw new BridgeError('SOURCE_QUERY_INVALID', 'The query of spec.source.query returns no rows at all.', {
      hint: 'It must be one SELECT.',
    });
  }
  const names = new Set<string>();
  const twice = new Set<string>();
  for (const { name } of fields) {
    if (names.has(name)) twice.add(name);
    names.add(name);
  }
  if (twice.size === 0) return fields;
  const list = [...twice].map((name) => JSON.stringify(name)).join(', ');
  throw new BridgeError('SOURCE_QUERY_INVALID', `The query returns more than one column named ${list}.`, {
    hint: 'Give each column of spec.source.query a name of its own, with AS.',
  });
}

/**
 * The position of the column that `watermarkField` names.
 * @throws BridgeError SOURCE_COLUMN_MISSING
 */
export function watermarkIndex(name: string, fields: readonly { readonly name: string }[]): number {
  const index = fields.findIndex((field) => field.name === name);
  if (index >= 0) return index;
  const names = fields.map((field) => field.name);
  throw new BridgeError(
    'SOURCE_COLUMN_MISSING',
    `source.watermarkField names ${JSON.stringify(name)}, which the query does not return.${lookalikeSentences([name], names)}`,
    { hint: 'Add the column to spec.source.query, or correct the name.' },
  );
}
