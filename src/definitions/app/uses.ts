import { connectorUses } from '../connector/uses.ts';
import { textAt } from '../draft.ts';
import type { DefinitionUses, UsedServer } from '../uses.ts';
import { BASE_URL, collectionsOf } from './collection-fields.ts';
import { sharedListing } from './listing-of-collection.ts';

/** What an app names. Paths belong to the server of `baseUrl`; only addresses are listed for themselves. */
export function appUses(app: unknown): DefinitionUses {
  const { connector, pathInApp } = sharedListing(app);
  const shared = connectorUses(connector);
  const named = <Used extends { readonly path: string }>(used: readonly Used[]): Used[] =>
    used.map((one) => ({ ...one, path: pathInApp(one.path) }));
  const refs = shared.secrets.map(({ ref }) => ref);
  return {
    secrets: named(shared.secrets),
    servers: [...named(shared.servers), ...serversOfCollections(app, refs)],
    files: named(shared.files),
  };
}

function serversOfCollections(app: unknown, secretRefs: readonly string[]): UsedServer[] {
  if (textAt(app, BASE_URL) === undefined) return [];
  return collectionsOf(app).flatMap(({ path, collection }) =>
    ['parents.url', 'detail.url', 'incremental.parents.url'].flatMap((key) => {
      const address = textAt(collection, key);
      return address === undefined || address.startsWith('/')
        ? []
        : [{ path: `${path}.${key}`, address, secretRefs }];
    }),
  );
}
