/** Matches `<address>` and its parameters, up to the next comma outside of addresses and quotes. */
const LINK = /<([^<>]*)>((?:\s*;\s*[^\s;,="]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)/g;
const PARAMETER = /;\s*([^\s;,="]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/g;

/** Returns the address of the link with `rel="next"` in a `Link` header (RFC 8288), relative to the address of the response. */
export function nextLink(header: string | undefined): string | undefined {
  for (const [, address = '', parameters = ''] of (header ?? '').matchAll(LINK)) {
    // If a parameter is a duplicate, the first one counts.
    const relation = [...parameters.matchAll(PARAMETER)].find(([, name]) => name?.toLowerCase() === 'rel');
    const [, , quoted, bare] = relation ?? [];
    const relations = (quoted ?? bare ?? '').toLowerCase().split(/\s+/);
    if (relations.includes('next')) return address.trim();
  }
  return undefined;
}
