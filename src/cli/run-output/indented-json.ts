const INDENT = '  ';
/** Strings and empty containers are kept as they are; each other part is one character or the text of a number or word. */
const PARTS = /"(?:[^"\\]|\\.)*"|\{\}|\[\]|[{}[\],:]|[^"{}[\],:]+/g;

/**
 * Indents JSON for a person without parsing it, because a parser would round long numbers.
 * @param json valid JSON without white space between its values
 */
export function indentedJson(json: string): string {
  let depth = 0;
  const lineBreak = () => `\n${INDENT.repeat(depth)}`;
  return json.replaceAll(PARTS, (part) => {
    switch (part) {
      case '{':
      case '[':
        depth += 1;
        return `${part}${lineBreak()}`;
      case '}':
      case ']':
        depth -= 1;
        return `${lineBreak()}${part}`;
      case ',':
        return `,${lineBreak()}`;
      case ':':
        return ': ';
      default:
        return part;
    }
  });
}
