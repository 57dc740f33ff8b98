import { pathFinding, singlePathFinding } from '../../connector/rules/paths.ts';
import { textAt, valueAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';
import { BASE_URL, collectionsOf } from '../collection-fields.ts';

/** Rules about the keys of collections and about the fields of their entities. */
export function collectionFindings(app: unknown): FieldFinding[] {
  return [...twiceFindings(app), ...collectionsOf(app).flatMap(({ path }) => fieldFindings(app, path))];
}

function twiceFindings(app: unknown): FieldFinding[] {
  const first = new Map<string, string>();
  return collectionsOf(app).flatMap(({ path, collection }): FieldFinding[] => {
    const key = collection['key'];
    if (typeof key !== 'string') return [];
    const other = first.get(key);
    first.set(key, other ?? path);
    if (other === undefined) return [];
    const message = `${other} has the key ${key} too; they would replace each other's entities.`;
    return [{ code: 'duplicate_name', path: `${path}.key`, message, fix: 'key: another one' }];
  });
}

const SINGLE_PATHS = [
  'idField',
  'updatedField',
  'archivedField',
  'pagination.incompletePath',
  'incremental.events.timePath',
  'incremental.events.typePath',
  'incremental.events.objectIdPath',
  'incremental.events.deletedPath',
];
const LIST_PATHS = ['incremental.events.recordsPath', 'incremental.events.objectRecordsPath'];

/** @param path of the collection */
function fieldFindings(app: unknown, path: string): FieldFinding[] {
  const collection = collectionAt(app, path);
  const texts = (keys: readonly string[]) =>
    keys.flatMap((key) => {
      const text = textAt(collection, key);
      return text === undefined ? [] : [{ path: `${path}.${key}`, text }];
    });
  const ignored = valueAt(collection, 'ignoreFields');
  return [
    ...texts(SINGLE_PATHS).flatMap(({ path: place, text }) => singlePathFinding(place, text)),
    ...texts(LIST_PATHS).flatMap(({ path: place, text }) => (text === '$' ? [] : pathFinding(place, text))),
    ...(Array.isArray(ignored)
      ? ignored.flatMap((text: unknown, index) =>
          typeof text === 'string' ? pathFinding(`${path}.ignoreFields[${index}]`, text) : [],
        )
      : []),
    ...['parents.url', 'detail.url', 'incremental.parents.url'].flatMap((key) =>
      otherServer(app, textAt(collection, key), `${path}.${key}`),
    ),
    ...restartFindings(collection, path),
  ];
}

function collectionAt(app: unknown, path: string): unknown {
  return collectionsOf(app).find((one) => one.path === path)?.collection;
}

/** The credentials belong to the server of `baseUrl`. */
function otherServer(app: unknown, url: string | undefined, path: string): FieldFinding[] {
  const base = textAt(app, BASE_URL);
  if (url === undefined || base === undefined || !URL.canParse(url) || !URL.canParse(base)) return [];
  const { origin } = new URL(base);
  if (new URL(url).origin === origin) return [];
  const message = `The address leads to another server than baseUrl, and credentials are sent only to ${origin}.`;
  return [{ code: 'wrong_value', path, message, fix: 'a path such as /v1/projects, or another app' }];
}

function restartFindings(collection: unknown, path: string): FieldFinding[] {
  const restart = valueAt(collection, 'pagination.restart');
  if (restart === undefined) return [];
  const given = ['statuses', 'words'].some(
    (key) => valueAt(collection, `pagination.restart.${key}`) !== undefined,
  );
  if (given) return [];
  const message = 'restart names no response: statuses and words are missing.';
  return [
    { code: 'missing_key', path: `${path}.pagination.restart.statuses`, message, fix: 'statuses: [404]' },
  ];
}
