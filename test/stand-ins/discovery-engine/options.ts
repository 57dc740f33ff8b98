import type { DataStoreRules } from '../../support/discovery-protos/documents.ts';
import type { JsonObject } from '../../support/files/json.ts';
import type { ReceivedRequest } from './faults.ts';

/** Where a data store is. */
export interface DataStorePlace {
  /** The project's id, not its number. */
  readonly project: string;
  readonly location: string;
  readonly id: string;
}

export interface DataStoreSetup extends DataStorePlace, DataStoreRules {
  /** What `schemas/default_schema` answers as its `structSchema`; an object without properties if it is left out. */
  readonly schema?: JsonObject;
}

/** The Cloud Storage that the service reads inputs from and writes error files to. URIs are `gs://bucket/object`. */
export interface StandInStorage {
  open(gsUri: string): AsyncIterable<Uint8Array>;
  /** The URIs of all objects that begin with this. */
  list(gsPrefix: string): Promise<string[]>;
  write(gsUri: string, bytes: Uint8Array): Promise<void>;
}

/** What a caller may be allowed to do, and the name that it has in IAM. */
export const PERMISSIONS = {
  import: 'discoveryengine.documents.import',
  purge: 'discoveryengine.documents.purge',
  get: 'discoveryengine.documents.get',
  list: 'discoveryengine.documents.list',
  create: 'discoveryengine.documents.create',
  update: 'discoveryengine.documents.update',
  delete: 'discoveryengine.documents.delete',
  getDataStore: 'discoveryengine.dataStores.get',
  getSchema: 'discoveryengine.schemas.get',
  operationsGet: 'discoveryengine.operations.get',
  operationsList: 'discoveryengine.operations.list',
} as const;

export type Permission = keyof typeof PERMISSIONS;

/**
 * How a failure names its document, which Google does not document: `line` as `gs://bucket/file.ndjson:LINE` (from 1;
 * a document of an inline import has no line, and is named), `document` by its full resource name, `anonymous` not at all.
 */
export type ErrorForm = 'line' | 'document' | 'anonymous';

export interface DiscoveryEngineOptions {
  readonly dataStores: readonly DataStoreSetup[];
  readonly storage: StandInStorage;
  /** The number of all projects. Names in answers have it in place of the project's id, as Google's have. */
  readonly projectNumber?: string;
  /** What is not false is granted. `{ purge: false }` is what the role editor lacks. */
  readonly permissions?: Partial<Record<Permission, boolean>>;
  /** How often an operation must be asked for until it says that it is done. Default 1. */
  readonly pollsUntilDone?: number;
  /** True: the answer to an import or a purge is its finished operation, unless a fault makes it slow. */
  readonly synchronous?: boolean;
  readonly errorForm?: ErrorForm;
  /** How many failures an import's response has as `errorSamples`, at most. Default 3; the real number is not documented. */
  readonly errorSamples?: number;
  /** How many failures one error file has at most. Default 1000. */
  readonly errorsPerShard?: number;
  /** A message lets this document of an import fail, alone. */
  readonly rejectDocument?: (document: JsonObject) => string | undefined;
  /** False keeps of a document only its id and readers, and no bodies of requests: for large loads. */
  readonly keepContent?: boolean;
  /** False takes the documents of files on trust, but for their ids: for large loads. Requests are always checked. */
  readonly checkDocuments?: boolean;
  /** The only token that is let in; without it any caller is. */
  readonly requireBearer?: string;
  /** Whether a second import into a branch is let in while one runs (it is not documented), or gets 409. Default `run`. */
  readonly overlappingImports?: 'run' | 'refuse';
  /** Told of each request when it has come, and again when it has had its effect. What follows waits until this resolves. */
  readonly watch?: (request: ReceivedRequest, moment: 'received' | 'carried out') => Promise<void>;
}

export const DEFAULTS = {
  projectNumber: '123456789012',
  permissions: {},
  pollsUntilDone: 1,
  synchronous: false,
  errorForm: 'line',
  errorSamples: 3,
  errorsPerShard: 1000,
  rejectDocument: () => undefined,
  keepContent: true,
  checkDocuments: true,
  overlappingImports: 'run',
  watch: () => Promise.resolve(),
} as const satisfies Partial<DiscoveryEngineOptions>;

export type Settings = Required<Omit<DiscoveryEngineOptions, 'requireBearer'>>;
