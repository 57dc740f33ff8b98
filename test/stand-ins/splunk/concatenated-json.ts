/** The objects of a body of objects one after the other, with or without space between; undefined for anything else. */
export function concatenatedObjects(body: string): Record<string, unknown>[] | undefined {
  const objects: Record<string, unknown>[] = [];
  for (let rest = body.trim(); rest !== '';) {
    const end = endOfObject(rest);
    if (end === undefined) return undefined;
    try {
      objects.push(JSON.parse(rest.slice(0, end)) as Record<string, unknown>);
    } catch {
      return undefined;
    }
    rest = rest.slice(end).trim();
  }
  return objects;
}

/** Where the first object ends: after the brace that closes the first one, outside of strings. */
function endOfObject(text: string): number | undefined {
  if (!text.startsWith('{')) return undefined;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
    if (token === '{') depth += 1;
    if (token === '}') depth -= 1;
    if (depth === 0) return index + 1;
  }
  return undefined;
}
