const WORDS: ReadonlyMap<string, string> = new Map([
  ['api', 'API'],
  ['acl', 'reader'],
  ['csv', 'CSV'],
  ['http', 'HTTP'],
  ['id', 'ID'],
  ['json', 'JSON'],
  ['mime', 'MIME'],
  ['oauth', 'OAuth'],
  ['ref', 'reference'],
  ['tls', 'TLS'],
  ['uri', 'URI'],
  ['url', 'URL'],
]);

/** Labels that say more than the words of the key. */
const LABELS: ReadonlyMap<string, string> = new Map([
  ['spec.mapping.aclUsersField', 'Reader users field'],
  ['spec.mapping.aclGroupsField', 'Reader groups field'],
  ['spec.gemini.acl', 'Access control'],
  ['spec.source.type', 'Source type'],
  ['apiVersion', 'API version'],
]);

/** Mappings whose fields need no name of a group, because their section has it. */
const UNNAMED = new Set([
  'metadata',
  'spec',
  'spec.source',
  'spec.mapping',
  'spec.output',
  'spec.gemini',
  'spec.reconciliation',
  'spec.quarantine',
  'spec.source.pagination',
]);

/** `Secret reference` for the key `secretRef`. */
export function labelOf(path: string, key: string): string {
  const known = LABELS.get(path);
  if (known !== undefined) return known;
  if (!/^[A-Za-z]+$/.test(key)) return key;
  const words = key
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .split(' ')
    .map((word) => WORDS.get(word.toLowerCase()) ?? word.toLowerCase());
  const label = words.join(' ');
  return label.charAt(0).toUpperCase() + label.slice(1);
}

/** The names of the mappings on the way to a field that have no section of their own. */
export function groupOf(keys: readonly string[]): string {
  return keys
    .slice(0, -1)
    .flatMap((key, index) => {
      const path = keys.slice(0, index + 1).join('.');
      return UNNAMED.has(path) ? [] : [labelOf(path, key)];
    })
    .join(': ');
}
