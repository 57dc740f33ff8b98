import { byteAt, intAt } from '../../pipeline/document/in-range.ts';
import type { ItemReader } from '../../json/item-reader.ts';
import { textAt } from '../../json/scan.ts';

/** The fields of an event that is already a document, by their positions in `EventFields`. */
export const FIELD = {
  acl_groups: 0,
  acl_users: 1,
  /** This field is accepted and ignored: the checksum is always recomputed. */
  checksum: 2,
  content: 3,
  doc_id: 4,
  metadata: 5,
  mime_type: 6,
  op: 7,
  title: 8,
  updated_at: 9,
  uri: 10,
} as const;

type FieldName = keyof typeof FIELD;
export type Field = (typeof FIELD)[FieldName];

/** The length of the longest key with its quotation marks. */
const KEY_BYTES_MAX = 12;
const NAMES: readonly string[] = Object.keys(FIELD);
/** The keys as JSON, to compare with the keys that were sent. At most two of them have the same length. */
const KEYS = NAMES.map((name, field) => ({ field, key: Buffer.from(JSON.stringify(name)) }));
const KEYS_BY_LENGTH = Array.from({ length: KEY_BYTES_MAX + 1 }, (_, length) =>
  KEYS.filter(({ key }) => key.length === length),
);
/** Marks a missing member. */
export const NO_MEMBER = -1;

export function fieldName(field: Field): string {
  return NAMES[field] ?? '';
}

/** Records which members of an event are fields of a document. The object is reused for each event. */
export class EventFields {
  readonly #members = new Int32Array(NAMES.length);
  /** The first key that a document does not have; undefined if there is none. */
  unknown: string | undefined;

  read({ text, members }: ItemReader): void {
    this.#members.fill(NO_MEMBER);
    this.unknown = undefined;
    for (let member = 0; member < members.count; member++) {
      const [start, end] = [members.keyStart(member), members.keyEnd(member)];
      const field = members.isKeyEscaped(member)
        ? NAMES.indexOf(textAt(text, start, end))
        : fieldOf(text, start, end);
      if (field !== NO_MEMBER) this.#members[field] = member;
      else this.unknown ??= textAt(text, start, end);
    }
  }

  has(field: Field): boolean {
    return this.member(field) !== NO_MEMBER;
  }

  /** Returns the number of the member on the tape; NO_MEMBER if it is missing. */
  member(field: Field): number {
    return intAt(this.#members, field);
  }
}

function fieldOf(bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  for (const { field, key } of KEYS_BY_LENGTH[length] ?? []) {
    let index = 1;
    while (index < length && byteAt(bytes, start + index) === byteAt(key, index)) index++;
    if (index === length) return field;
  }
  return NO_MEMBER;
}
