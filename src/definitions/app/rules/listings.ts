import { httpFindings } from '../../connector/rules/http.ts';
import { inClearFinding, plaintextFindings as listingInClear } from '../../connector/rules/plaintext.ts';
import { restAuthorizationFindings } from '../../connector/rules/rest/authorization.ts';
import { detailFindings } from '../../connector/rules/rest/detail.ts';
import { restFieldFindings } from '../../connector/rules/rest/fields.ts';
import { parentsFindings } from '../../connector/rules/rest/parents.ts';
import { restSigningFindings } from '../../connector/rules/rest/signing.ts';
import { secretFindings as listingSecrets } from '../../connector/rules/secrets.ts';
import type { FieldFinding } from '../../problem.ts';
import { collectionsOf } from '../collection-fields.ts';
import { listingOfCollection, sharedListing, type Listing } from '../listing-of-collection.ts';

type Rule = (connector: unknown) => readonly FieldFinding[];

const SHARED_RULES: readonly Rule[] = [httpFindings, restAuthorizationFindings, restSigningFindings];
const COLLECTION_RULES: readonly Rule[] = [
  httpFindings,
  restAuthorizationFindings,
  restFieldFindings,
  parentsFindings,
  detailFindings,
];

/** The rules of REST listings, for what the collections share and for each of them. */
export function listingFindings(app: unknown): FieldFinding[] {
  return distinct([
    ...findingsIn(sharedListing(app), SHARED_RULES),
    ...listings(app).flatMap((listing) => findingsIn(listing, COLLECTION_RULES)),
  ]);
}

/** A file must not contain secrets. */
export function secretFindings(app: unknown): FieldFinding[] {
  const shared = findingsIn(sharedListing(app), [listingSecrets]);
  const own = listings(app).flatMap((listing) => findingsIn(listing, [listingSecrets]));
  // The address of a collection begins with baseUrl, which is the place to correct.
  const isOfBase = shared.some(({ path }) => path === 'spec.baseUrl');
  return distinct([...shared, ...own.filter(({ path }) => !isOfBase || !path.endsWith('.path'))]);
}

/** A credential must not leave the machine without encryption. */
export function plaintextFindings(app: unknown, allows: (address: string) => boolean): FieldFinding[] {
  const found = findingsIn(sharedListing(app), [(connector) => listingInClear(connector, allows)]);
  const own = listings(app).flatMap((listing) =>
    findingsIn(listing, [(connector) => listingInClear(connector, allows)]),
  );
  // The address of a collection begins with baseUrl, which is the place to correct.
  const isOfBase = own.some(({ path }) => path.endsWith('.path'));
  return distinct([
    ...found,
    ...(isOfBase ? [inClearFinding('spec.baseUrl')] : []),
    ...own.filter(({ path }) => !path.endsWith('.path') && !/\.(?:parents|detail)\.url$/.test(path)),
  ]);
}

function listings(app: unknown): Listing[] {
  return collectionsOf(app).map(({ path, collection }) => listingOfCollection(app, collection, path));
}

function findingsIn({ connector, pathInApp }: Listing, rules: readonly Rule[]): FieldFinding[] {
  return rules
    .flatMap((rule) => rule(connector))
    .map((finding) => ({
      ...finding,
      path: pathInApp(finding.path),
      message: inAppWords(finding.message),
      fix: inAppWords(finding.fix),
    }));
}

function inAppWords(text: string): string {
  return text.replaceAll('A connector file', 'A file').replaceAll('source.', '');
}

/** What all collections share would be reported once for each of them. */
function distinct(findings: readonly FieldFinding[]): FieldFinding[] {
  const seen = new Map<string, FieldFinding>();
  for (const finding of findings) {
    const key = `${finding.path} ${finding.code} ${finding.message}`;
    if (!seen.has(key)) seen.set(key, finding);
  }
  return [...seen.values()];
}
