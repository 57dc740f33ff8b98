import { isJsonObject, listAt, objectAt, type JsonObject } from '../../support/files/json.ts';
import { MemoryStorage } from '../memory-storage.ts';
import type { DataStoreSetup, DiscoveryEngineOptions } from './options.ts';
import { startDiscoveryEngineStandIn, type DiscoveryEngineStandIn } from './stand-in.ts';

export const PLAIN_STORE: DataStoreSetup = {
  project: 'my-project',
  location: 'eu',
  id: 'hr',
  aclEnabled: false,
  contentConfig: 'NO_CONTENT',
};

export const ACL_STORE: DataStoreSetup = { ...PLAIN_STORE, id: 'hr-acl', aclEnabled: true };

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: JsonObject;
}

/** A stand-in with two data stores, and the simplest of clients. */
export class Caller {
  readonly standIn: DiscoveryEngineStandIn;
  readonly storage: MemoryStorage;

  private constructor(standIn: DiscoveryEngineStandIn, storage: MemoryStorage) {
    this.standIn = standIn;
    this.storage = storage;
  }

  static async open(options: Partial<DiscoveryEngineOptions> = {}): Promise<Caller> {
    const storage = new MemoryStorage();
    const dataStores = [PLAIN_STORE, ACL_STORE];
    return new Caller(await startDiscoveryEngineStandIn({ dataStores, storage, ...options }), storage);
  }

  /** @param path from the data store's name on, or a whole one that begins with `projects/` */
  async send(method: string, path: string, body?: object, dataStore = PLAIN_STORE): Promise<Answer> {
    const { project, location, id } = dataStore;
    const store = `projects/${project}/locations/${location}/collections/default_collection/dataStores/${id}`;
    const name = path.startsWith('projects/') ? path : `${store}${path}`;
    const response = await fetch(`${this.standIn.url}/v1/${name}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const json: unknown = await response.json();
    return { status: response.status, headers: response.headers, json: isJsonObject(json) ? json : {} };
  }

  post(verb: 'import' | 'purge', body: object, dataStore = PLAIN_STORE): Promise<Answer> {
    return this.send('POST', `/branches/default_branch/documents:${verb}`, body, dataStore);
  }

  /** Sends an import or a purge, and asks for its operation until it is done. */
  async run(verb: 'import' | 'purge', body: object, dataStore = PLAIN_STORE): Promise<JsonObject> {
    let { status, json } = await this.post(verb, body, dataStore);
    while (json['done'] !== true) {
      if (status !== 200) throw new Error(JSON.stringify(json));
      ({ status, json } = await this.send('GET', String(json['name'])));
    }
    return json;
  }

  /** Imports these documents from a file of their own. */
  importLines(lines: readonly (string | object)[], more: object = {}, dataStore = PLAIN_STORE) {
    const uri = this.storage.put(`gs://bucket/in-${this.standIn.requests.length}.ndjson`, lines);
    return this.run('import', { gcsSource: { inputUris: [uri] }, ...more }, dataStore);
  }

  ids(dataStore = PLAIN_STORE): string[] {
    return [...this.standIn.documents(dataStore).keys()];
  }
}

/** The counts of an operation's metadata. */
export function counts(operation: JsonObject): JsonObject {
  const metadata = Object.entries(objectAt(operation, 'metadata'));
  return Object.fromEntries(metadata.filter(([name]) => name.endsWith('Count')));
}

export function samples(operation: JsonObject): readonly unknown[] {
  return listAt(objectAt(operation, 'response'), 'errorSamples');
}

export function errorOf({ status, json }: Answer): unknown[] {
  const error = objectAt(json, 'error');
  return [status, error['status'], error['message']];
}

/** Documents without access control, with these ids. */
export function plainDocuments(...ids: readonly string[]): object[] {
  return ids.map((id) => ({ id, structData: { title: `Title of ${id}` } }));
}
