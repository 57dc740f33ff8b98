import type { AppSpec } from '../../definitions/app/types.ts';
import type { DefinitionWords } from '../../rest/definition-words.ts';

/** Keys of a listing that an app sets once for all of its collections. */
const SHARED = new Set([
  'secretRef',
  'auth',
  'oauth',
  'login',
  'secretHeaders',
  'signing',
  'tls',
  'rateLimit',
  'requestTimeoutSeconds',
]);

/**
 * The names of an app's fields in messages about one of its listings.
 * @param place the path of the listing in the definition, such as `spec.collections[0]`
 */
export function collectionWords(place: string, { headers }: Pick<AppSpec, 'headers'>): DefinitionWords {
  return {
    at: (field) => {
      const [key = ''] = field.split('.');
      if (field === 'url') return `${place}.path`;
      const isShared = SHARED.has(key) || (key === 'headers' && headers !== undefined);
      return isShared ? `spec.${field}` : `${place}.${field}`;
    },
    host: 'spec.baseUrl',
    kind: 'app definition',
    paginationDocs: 'docs/app-field-reference.md',
    restart: 'sync once with --full',
  };
}
