/** A record of an API in its latest version. */
export interface ChangingRecord {
  readonly id: string;
  readonly title: string;
  /** Grows with each change of any record. */
  readonly version: number;
  readonly updatedMs: number;
  readonly deleted: boolean;
}

const FIRST_MS = Date.UTC(2024, 0, 1);
const DAY_MS = 24 * 60 * 60 * 1_000;
const BETWEEN_CHANGES_MS = 10 * DAY_MS;

/** The records of an API, which a test changes between and during listings. Changes are ten days apart. */
export class ChangingRecords {
  /** In the order of their creation. */
  readonly #byId = new Map<string, ChangingRecord>();
  #version = 0;

  /** The present: a day after the last change. */
  get now(): Date {
    return new Date(FIRST_MS + this.#version * BETWEEN_CHANGES_MS + DAY_MS);
  }

  put(title: string, ...ids: readonly string[]): void {
    for (const id of ids) this.#change(id, title, false);
  }

  remove(...ids: readonly string[]): void {
    for (const id of ids) this.#change(id, this.#byId.get(id)?.title ?? '', true);
  }

  /** The records that exist, in the order of their creation. */
  get live(): ChangingRecord[] {
    return [...this.#byId.values()].filter(({ deleted }) => !deleted);
  }

  get titles(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.live.map(({ id, title }) => [id, title]));
  }

  /** Records changed at this time or later, deleted ones included, in the order of their changes. */
  changedFrom(ms: number): ChangingRecord[] {
    return this.changedAfter(0).filter(({ updatedMs }) => updatedMs >= ms);
  }

  /** Records changed after this version, deleted ones included, in the order of their changes. */
  changedAfter(version: number): ChangingRecord[] {
    return [...this.#byId.values()]
      .filter((record) => record.version > version)
      .sort((one, other) => one.version - other.version);
  }

  #change(id: string, title: string, deleted: boolean): void {
    const version = ++this.#version;
    this.#byId.set(id, { id, title, version, updatedMs: FIRST_MS + version * BETWEEN_CHANGES_MS, deleted });
  }
}
