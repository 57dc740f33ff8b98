/** `<address>` and what follows up to the next comma that is neither in an address nor in quotes. */
const LINK = /<([^<>]*)>((?:\s*;\s*[^\s;,="]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)/g;
const PARAMETER = /;\s*([^\s;,="]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/g;

/** The address of the link with `rel="next"` in a `Link` header (RFC 8288); relative to where the header came from. */
export function nextLink(header: string | undefined): string | undefined {
  for (const [, address = '', parameters = ''] of (header ?? '').matchAll(LINK)) {
    // Of a parameter that is there twice, the first counts.
    const relation = [...parameters.matchAll(PARAMETER)].find(([, name]) => name?.toLowerCase() === 'rel');
    const [, , quoted, bare] = relation ?? [];
    const relations = (quoted ?? bare ?? '').toLowerCase().split(/\s+/);
    if (relations.includes('next')) return address.trim();
  }
  return undefined;
}
