/** `<address>` and what follows up to the next comma that is neither in an address nor in quotes. */
const LINK = /<([^>]*)>((?:\s*;\s*[^\s;,="]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)/g;
const PARAMETER = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]*))/i;

/** The address of the link with `rel="next"` in a `Link` header (RFC 8288); relative to where the header came from. */
export function nextLink(header: string | undefined): string | undefined {
  for (const [, address = '', parameters = ''] of (header ?? '').matchAll(LINK)) {
    const [, quoted, bare] = PARAMETER.exec(parameters) ?? [];
    const relations = (quoted ?? bare ?? '').toLowerCase().split(/\s+/);
    if (relations.includes('next')) return address.trim();
  }
  return undefined;
}
