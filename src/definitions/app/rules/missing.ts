import { textAt, valueAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';
import { BASE_URL, COLLECTIONS, collectionsOf } from '../collection-fields.ts';

/** The keys that an app needs once its preset is filled in. Without a preset, the schema requires them. */
export function missingFindings(app: unknown): FieldFinding[] {
  if (textAt(app, 'spec.preset') === undefined) return [];
  const missing = (path: string, message: string, fix: string): FieldFinding => ({
    code: 'missing_key',
    path,
    message,
    fix,
  });
  return [
    ...(valueAt(app, BASE_URL) === undefined
      ? [
          missing(
            BASE_URL,
            'baseUrl is missing, and the preset has none.',
            'baseUrl: https://api.example.com',
          ),
        ]
      : []),
    ...(valueAt(app, COLLECTIONS) === undefined
      ? [
          missing(
            COLLECTIONS,
            'collections is missing, and the preset has none.',
            'collections: [{key: …, path: /…}]',
          ),
        ]
      : []),
    ...collectionsOf(app)
      .filter(({ collection }) => collection['path'] === undefined)
      .map(({ path }) =>
        missing(
          `${path}.path`,
          'path is missing, and the preset has no collection with this key.',
          'path: /products; or the key of a collection of the preset',
        ),
      ),
  ];
}
