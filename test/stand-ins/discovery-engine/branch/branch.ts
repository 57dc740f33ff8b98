import { isDeepStrictEqual } from 'node:util';
import {
  isJsonObject,
  listAt,
  objectAt,
  parsedObject,
  textAt,
  type JsonObject,
} from '../../../support/files/json.ts';
import type { DataStoreSetup } from '../options.ts';

export interface StoredDocument {
  readonly id: string;
  /** What `structData` or `jsonData` says; undefined with `keepContent: false`. */
  readonly data: JsonObject | undefined;
  /** As it came; undefined with `keepContent: false`. */
  readonly document: JsonObject | undefined;
  /** `aclInfo.readers`. */
  readonly readers: readonly unknown[];
}

/** Who searches. Without a user and groups it is an anonymous reader. */
export interface Reader {
  readonly user?: string;
  readonly groups?: readonly string[];
}

/** The one branch of a data store, with its documents in the order in which they first came. */
export class Branch {
  readonly setup: DataStoreSetup;
  /** `projects/NUMBER/…/dataStores/ID` */
  readonly dataStoreName: string;
  /** `projects/NUMBER/…/branches/0` */
  readonly name: string;
  readonly documents = new Map<string, StoredDocument>();
  readonly #keepContent: boolean;

  constructor(setup: DataStoreSetup, projectNumber: string, keepContent: boolean) {
    const { location, id } = setup;
    this.setup = setup;
    this.#keepContent = keepContent;
    this.dataStoreName = `projects/${projectNumber}/locations/${location}/collections/default_collection/dataStores/${id}`;
    this.name = `${this.dataStoreName}/branches/0`;
  }

  /** Inserts or replaces. */
  put(id: string, document: JsonObject): StoredDocument {
    const kept = this.#keepContent ? document : undefined;
    const stored = {
      id,
      data: kept && dataOf(kept),
      document: kept,
      readers: listAt(objectAt(document, 'aclInfo'), 'readers'),
    };
    this.documents.set(id, stored);
    return stored;
  }

  /** The ids of what this person's searches may find; sorted. */
  searchableBy(reader: Reader): string[] {
    const visible = [...this.documents.values()].filter(
      ({ readers }) =>
        !this.setup.aclEnabled || (readers.length > 0 && readers.every((entry) => admits(entry, reader))),
    );
    return visible.map(({ id }) => id).sort();
  }
}

/** One entry of `readers`: everybody of the identity provider, or any of its principals. All entries must admit. */
function admits(entry: unknown, { user, groups = [] }: Reader): boolean {
  if (!isJsonObject(entry)) return false;
  if (entry['idpWide'] === true) return true;
  const principals: readonly JsonObject[] = [
    ...(user === undefined ? [] : [{ userId: user }]),
    ...groups.map((groupId) => ({ groupId })),
  ];
  return listAt(entry, 'principals').some((named) =>
    principals.some((principal) => isDeepStrictEqual(named, principal)),
  );
}

function dataOf(document: JsonObject): JsonObject {
  const jsonData = textAt(document, 'jsonData');
  return jsonData === undefined ? objectAt(document, 'structData') : (parsedObject(jsonData) ?? {});
}
