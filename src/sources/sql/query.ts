import { splitSql } from '../../connector/sql-text.ts';
import { BridgeError } from '../../core/errors.ts';

/** The query without the semicolon, comments and blanks behind it, so that it can stand inside another. */
export function withoutEnd(query: string): string {
  const pieces = splitSql(query);
  for (let last = pieces.pop(); last !== undefined; last = pieces.pop()) {
    const text =
      last.kind === 'comment' ? '' : last.kind === 'code' ? withoutSemicolonsAtEnd(last.text) : last.text;
    if (text !== '') return [...pieces.map((piece) => piece.text), text].join('');
  }
  return '';
}

/** In one pass: a pattern takes the square of the length for blanks in the middle of the query. */
function withoutSemicolonsAtEnd(code: string): string {
  let text = code.trimEnd();
  while (text.endsWith(';')) text = text.slice(0, -1).trimEnd();
  return text;
}

/**
 * The fields that a query returns, if each can be told by its name.
 * @param fields undefined: the statement returns no rows at all
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
  const names = fields.map(({ name }) => name);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) < index));
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
  throw new BridgeError(
    'SOURCE_COLUMN_MISSING',
    `source.watermarkField names ${JSON.stringify(name)}, which the query does not return.`,
    { hint: 'Add the column to spec.source.query, or correct the name.' },
  );
}
