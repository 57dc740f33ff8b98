export type ArrayItem = string | null | readonly ArrayItem[];

/**
 * Reads an array in Postgres's text form: `{a,"b \"c\"",NULL,{d}}`, with optional bounds in front (`[0:1]={a,b}`). The input
 * comes from the database, so it is well-formed; a truncated text ends where it ends.
 */
export function parseArrayLiteral(literal: string): readonly ArrayItem[] {
  const open = literal.indexOf('{');
  const root: ArrayItem[] = [];
  // The open arrays, innermost last. Recursion would overflow the call stack on a text of many braces.
  const arrays = [root];
  let at = open < 0 ? literal.length : open + 1;
  while (at < literal.length) {
    const items = arrays.at(-1);
    if (items === undefined) break;
    const character = literal[at];
    if (character === '}') {
      arrays.pop();
      at += 1;
    } else if (character === ',') {
      at += 1;
    } else if (character === '{') {
      const nested: ArrayItem[] = [];
      items.push(nested);
      arrays.push(nested);
      at += 1;
    } else if (character === '"') {
      const { text, next } = readQuoted(literal, at + 1);
      items.push(text);
      at = next;
    } else {
      const next = endOfBare(literal, at);
      const text = literal.slice(at, next);
      items.push(text.toUpperCase() === 'NULL' ? null : text);
      at = next;
    }
  }
  return root;
}

function readQuoted(literal: string, from: number): { text: string; next: number } {
  let text = '';
  let at = from;
  while (at < literal.length && literal[at] !== '"') {
    if (literal[at] === '\\') at += 1;
    text += literal[at] ?? '';
    at += 1;
  }
  return { text, next: at + 1 };
}

function endOfBare(literal: string, from: number): number {
  let at = from;
  while (at < literal.length && literal[at] !== ',' && literal[at] !== '}') at += 1;
  return at;
}
