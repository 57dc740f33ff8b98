import type { Logger } from '../../core/log.ts';
import { DELETES_LOGGED_MAX } from '../limits.ts';

/** Logs the deleted entities of one collection: the first ones one by one, and then their count. */
export class DeleteLog {
  readonly #log: Logger;
  readonly #collection: string;
  #count = 0;

  constructor(log: Logger, collection: string) {
    this.#log = log;
    this.#collection = collection;
  }

  add(externalIds: readonly string[]): void {
    for (const externalId of externalIds.slice(0, Math.max(0, DELETES_LOGGED_MAX - this.#count)))
      this.#log.info('deleted an entity', { collection: this.#collection, externalId });
    this.#count += externalIds.length;
  }

  finish(): void {
    if (this.#count > DELETES_LOGGED_MAX)
      this.#log.info('deleted entities', { collection: this.#collection, count: this.#count });
  }
}
