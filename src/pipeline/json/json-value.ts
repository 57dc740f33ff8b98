import { parseExactJson } from './exact-json.ts';

/** An object in a template. Where text is required, it becomes its JSON. */
class JsonObject {
  toString(): string {
    return JSON.stringify(this);
  }
}

/**
 * Parses JSON for a template.
 * @throws SyntaxError
 */
export function parseForTemplate(json: string): unknown {
  const root = parseExactJson(json);
  // This is a loop, because the values of a source may nest to any depth.
  const open = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value)) Object.setPrototypeOf(value, JsonObject.prototype);
    for (const inner of Object.values(value)) {
      if (typeof inner === 'object' && inner !== null) open.push(inner);
    }
  }
  return root;
}
