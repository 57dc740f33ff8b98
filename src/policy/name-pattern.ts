/** Whether a name matches one of several patterns, in which `*` matches any characters except `/`. */
export function matchesName(patterns: readonly string[], name: string): boolean {
  const parts = name.split('/');
  return patterns.some((pattern) => {
    const wanted = pattern.split('/');
    return (
      wanted.length === parts.length && wanted.every((part, index) => matchesPart(part, parts[index] ?? ''))
    );
  });
}

/**
 * Does not use a regular expression: with three asterisks, its time grows with the cube of a name's length. The first match of a
 * text between two asterisks is as good as any later one, so each character is visited once.
 */
function matchesPart(pattern: string, part: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return part === first;
  if (part.length < first.length + last.length || !part.startsWith(first) || !part.endsWith(last))
    return false;
  const middle = part.slice(first.length, part.length - last.length);
  let at = 0;
  for (const text of others) {
    const found = middle.indexOf(text, at);
    if (found === -1) return false;
    at = found + text.length;
  }
  return true;
}
