import type { EntityRecord, UnusableRecord } from '../collection-reader.ts';
import { parsePath, withoutRoot, type FieldPath } from '../../core/text/field-path.ts';
import type { AppCollection } from '../../definitions/app/types.ts';
import { plainText, valueAtPath } from '../../json/path.ts';
import { isObject, isString, type Span } from '../../json/scan.ts';
import { isTrueAt, timeAt, type RecordTime } from './record-time.ts';

const ID_FIELD_DEFAULT = 'id';
/** A number as JSON writes it. */
const NUMBER = /^-?\d/;

/** Where a record is, for messages. */
export interface RecordPosition {
  /** From 1. */
  readonly page: number;
  /** From 1, on its page. */
  readonly position: number;
}

/** Finds the id and the times of a collection's records. The bytes of a record are passed on as the API sent them. */
export class EntityRecords {
  readonly #idField: string;
  readonly #id: FieldPath;
  readonly #updated: FieldPath | undefined;
  readonly #archived: FieldPath | undefined;
  readonly #at: string;

  /** @param at the path of the collection in the definition, for messages */
  constructor({ idField = ID_FIELD_DEFAULT, updatedField, archivedField }: AppCollection, at: string) {
    this.#idField = idField;
    this.#id = parsePath(withoutRoot(idField));
    this.#updated = updatedField === undefined ? undefined : parsePath(withoutRoot(updatedField));
    this.#archived = archivedField === undefined ? undefined : parsePath(withoutRoot(archivedField));
    this.#at = at;
  }

  of(bytes: Buffer, { start, end }: Span, place: RecordPosition): EntityRecord | UnusableRecord {
    if (!isObject(bytes, start)) return this.#unusable(place, 'is not an object');
    const externalId = idIn(bytes, valueAtPath(bytes, start, this.#id));
    if (externalId === undefined) {
      return this.#unusable(place, `has no text or number at ${this.#idField}, which is its id`);
    }
    return { externalId, payload: bytes.subarray(start, end), ...this.#archiveOf(bytes, start) };
  }

  /** The time of the last change of a record. */
  updatedAt({ payload }: EntityRecord): RecordTime | undefined {
    return this.#updated && timeAt(payload, 0, this.#updated);
  }

  #archiveOf(bytes: Buffer, start: number): Pick<EntityRecord, 'archivedAt' | 'archived'> {
    const path = this.#archived;
    if (path === undefined) return { archivedAt: null, archived: false };
    const time = timeAt(bytes, start, path);
    if (time === undefined) return { archivedAt: null, archived: isTrueAt(bytes, start, path) };
    return { archivedAt: new Date(time.ms).toISOString(), archived: true };
  }

  #unusable({ page, position }: RecordPosition, what: string): UnusableRecord {
    return {
      code: 'APP_RECORD_UNUSABLE',
      message: `Record ${position} of page ${page} ${what}. Correct ${this.#at}.recordsPath or ${this.#at}.idField.`,
    };
  }
}

export function isUnusable(record: EntityRecord | UnusableRecord): record is UnusableRecord {
  return 'code' in record;
}

/** Returns the id that a value is: a text as it is, or a number as its digits. @returns undefined for anything else */
export function idIn(bytes: Buffer, value: Span | undefined): string | undefined {
  if (value === undefined) return undefined;
  const text = plainText(bytes, value);
  if (text === '') return undefined;
  return isString(bytes, value.start) || NUMBER.test(text) ? text : undefined;
}
