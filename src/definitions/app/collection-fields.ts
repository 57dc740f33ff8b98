import { valueAt } from '../draft.ts';

export const COLLECTIONS = 'spec.collections';
export const BASE_URL = 'spec.baseUrl';

/** The collections of an app that may be invalid, each with its path. */
export function collectionsOf(
  app: unknown,
): { readonly path: string; readonly collection: Readonly<Record<string, unknown>> }[] {
  const collections = valueAt(app, COLLECTIONS);
  if (!Array.isArray(collections)) return [];
  return collections.flatMap((collection: unknown, index) =>
    isMapping(collection) ? [{ path: `${COLLECTIONS}[${index}]`, collection }] : [],
  );
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
