import type { ContentConfig } from '../../definitions/connector/types.ts';
import { BridgeError, toBridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Api } from './api.ts';
import { fieldOf, textOf } from './json-fields.ts';
import { dataStoreOf, type DataStore } from './requests.ts';

/** What a connector's documents require of their data store. Both properties are fixed when a data store is created. */
export interface StoreNeeds {
  readonly acl: 'required' | 'off';
  readonly contentConfig: ContentConfig;
}

/** The properties of a data store, as Google reports them. */
export interface StoreFacts {
  readonly aclEnabled: boolean;
  readonly contentConfig: string;
  /** The number of the data store's project; undefined if Google names the project by its id. */
  readonly projectNumber: string | undefined;
}

/** @throws BridgeError GEMINI_*. */
export async function readDataStore(store: DataStore, api: Api, signal: AbortSignal): Promise<StoreFacts> {
  const path = dataStoreOf(store);
  const json = await api.request({ method: 'GET', path, quota: 'reads', repeatable: true }, signal);
  // The zero value of the enum, CONTENT_CONFIG_UNSPECIFIED, may be omitted. It means NO_CONTENT.
  return {
    aclEnabled: fieldOf(json, 'aclEnabled') === true,
    contentConfig: textOf(json, 'contentConfig') ?? 'NO_CONTENT',
    projectNumber: /^projects\/(\d+)\//.exec(textOf(json, 'name') ?? '')?.[1],
  };
}

/**
 * Describes in a sentence how the access control of a data store differs from what the documents need; undefined if it matches.
 */
export function aclMismatch(needs: StoreNeeds, facts: StoreFacts): string | undefined {
  if (needs.acl === 'required' && !facts.aclEnabled) {
    return 'it has no access control, so everybody would see documents that the mapping gives readers';
  }
  if (needs.acl === 'off' && facts.aclEnabled) {
    return 'it has access control, and the mapping gives its documents no readers';
  }
  return undefined;
}

/**
 * Describes in a sentence how the content configuration of a data store differs from what the documents need; undefined if it
 * matches.
 */
export function contentMismatch(needs: StoreNeeds, facts: StoreFacts): string | undefined {
  if (needs.contentConfig === facts.contentConfig) return undefined;
  return `its contentConfig is ${facts.contentConfig}, and the connector makes documents for ${needs.contentConfig}`;
}

/**
 * Checks that a data store fits these documents before the first of them is sent. A caller without permission to read the data
 * store may continue only if the documents have no access control.
 * @throws BridgeError GEMINI_STORE_MISMATCH, and GEMINI_* when the request fails.
 */
export async function requireFit(
  store: DataStore,
  needs: StoreNeeds,
  { api, log }: { readonly api: Api; readonly log: Logger },
  signal: AbortSignal,
): Promise<void> {
  let facts: StoreFacts;
  try {
    facts = await readDataStore(store, api, signal);
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (error.code !== 'GEMINI_PERMISSION' || needs.acl === 'required') throw error;
    log.warn('the data store could not be read before sending', { reason: error.message });
    return;
  }
  const mismatch = aclMismatch(needs, facts) ?? contentMismatch(needs, facts);
  if (mismatch === undefined) return;
  throw new BridgeError(
    'GEMINI_STORE_MISMATCH',
    `Nothing was sent to data store ${store.dataStoreId}: ${mismatch}.`,
    {
      hint: 'A data store cannot be changed in this: create another one, or change `gemini.acl`, `gemini.contentConfig` and the ACL fields of the mapping.',
    },
  );
}
