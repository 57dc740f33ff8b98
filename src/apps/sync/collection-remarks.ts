import type { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { EntityPage } from '../collection-reader.ts';
import type { StoredPage } from '../store/entity-store.ts';
import type { SyncCounts } from '../sync-result.ts';
import type { Problems, Writable } from './tally.ts';

const ID_CHARACTERS_SHOWN_MAX = 80;

interface RemarkPorts {
  readonly log: Logger;
  readonly problems: Problems;
  /** Its errors are counted here. */
  readonly counts: Pick<Writable<SyncCounts>, 'errors'>;
}

/** Reports what went wrong in one collection: counted, listed in the result, and logged. */
export class CollectionRemarks {
  readonly #collection: string;
  readonly #ports: RemarkPorts;

  constructor(collection: string, ports: RemarkPorts) {
    this.#collection = collection;
    this.#ports = ports;
  }

  /** @returns the number of records without a usable id */
  unusable({ unusable }: Pick<EntityPage, 'unusable'>): number {
    for (const { code, message } of unusable) this.#notSynced(code, message);
    return unusable.length;
  }

  refused(refused: StoredPage['refused']): void {
    for (const { externalId, reason } of refused) {
      const shown = JSON.stringify(externalId.slice(0, ID_CHARACTERS_SHOWN_MAX));
      this.#notSynced('APP_RECORD_REFUSED', `The entity ${shown} was not stored: ${reason}.`);
    }
  }

  incomplete(reason: string, isFull: boolean): void {
    const nothing = isFull ? 'Nothing was deleted, and the' : 'The';
    this.#notSynced(
      'SOURCE_PAGINATION',
      `The listing is incomplete: ${reason}. ${nothing} next sync begins at the same time as this one.`,
    );
  }

  failed({ code, message, hint }: BridgeError): void {
    this.#add(code, message);
    this.#ports.log.error('the collection could not be synced', {
      ...{ collection: this.#collection, code, reason: message },
      ...(hint !== undefined && { hint }),
    });
  }

  #notSynced(code: string, message: string): void {
    this.#add(code, message);
    this.#ports.log.warn('a part of the collection was not synced', {
      ...{ collection: this.#collection, code, reason: message },
    });
  }

  #add(code: string, message: string): void {
    const { counts, problems } = this.#ports;
    counts.errors++;
    problems.add({ collectionKey: this.#collection, code, message });
  }
}
