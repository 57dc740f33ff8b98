const STRING_OR_NUMBER = /"|-?\d[\d.eE+-]*/g;

/**
 * Parses JSON. A number that a double cannot represent, or that JavaScript would write with other digits (`1.50`), becomes a
 * string of the digits that the source sent.
 * @throws SyntaxError
 */
export function parseExactJson(json: string): unknown {
  return JSON.parse(quoteInexact(json));
}

function quoteInexact(json: string): string {
  let exact = '';
  let copied = 0;
  STRING_OR_NUMBER.lastIndex = 0;
  for (let found = STRING_OR_NUMBER.exec(json); found !== null; found = STRING_OR_NUMBER.exec(json)) {
    const [token] = found;
    if (token === '"') {
      STRING_OR_NUMBER.lastIndex = endOfString(json, found.index);
    } else if (String(Number(token)) !== token && isNumber(token)) {
      exact += `${json.slice(copied, found.index)}"${token}"`;
      copied = found.index + token.length;
    }
  }
  return copied === 0 ? json : exact + json.slice(copied);
}

/** A token that is not a valid number must stay unquoted, so that `JSON.parse` refuses it. */
function isNumber(token: string): boolean {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(token);
}

/** Returns the offset just after the closing quotation mark. This is a loop, because a pattern would fail on megabytes. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}
