import { hash } from 'node:crypto';
import { parsePath, type FieldPath } from '../../core/text/field-path.ts';
import { CanonicalJson } from '../../json/canonical.ts';
import { eachAtPath } from '../../json/each-at-path.ts';
import { eachMember, elements, isArray, isObject, type Span } from '../../json/scan.ts';
import { ByteWriter } from '../../pipeline/bytes/byte-writer.ts';

const TYPICAL_BYTES = 4_096;
const COMMA = ',';

/**
 * Computes hashes of payloads without the ignored fields. Two payloads have one hash if they differ only in the order of keys, in
 * blanks, in how strings are escaped, or in an ignored field.
 */
export class PayloadHasher {
  readonly #ignored: readonly FieldPath[];
  readonly #canonical = new CanonicalJson();
  readonly #whole = new ByteWriter(TYPICAL_BYTES);
  readonly #kept = new ByteWriter(TYPICAL_BYTES);

  /** @param ignoreFields paths */
  constructor(ignoreFields: readonly string[] = []) {
    this.#ignored = ignoreFields.map((path) => parsePath(path));
  }

  /** @param payload one JSON value that was checked, without blanks around it */
  of(payload: Buffer): string {
    const kept = this.#withoutIgnored(payload);
    this.#whole.length = 0;
    this.#canonical.write(kept, 0, this.#whole);
    return hash('sha256', this.#whole.bytes.subarray(0, this.#whole.length), 'base64');
  }

  #withoutIgnored(payload: Buffer): Buffer {
    const starts = new Set<number>();
    for (const path of this.#ignored)
      eachAtPath(payload, { start: 0, end: payload.length }, path, ({ start }) => starts.add(start));
    if (starts.size === 0) return payload;
    this.#kept.length = 0;
    copyWithout(payload, { start: 0, end: payload.length }, starts, this.#kept);
    return this.#kept.bytes.subarray(0, this.#kept.length);
  }
}

/** Copies a value without the members and elements that begin at these offsets. */
function copyWithout(
  json: Buffer,
  { start, end }: Span,
  without: ReadonlySet<number>,
  out: ByteWriter,
): void {
  let separator = '';
  if (isObject(json, start)) {
    out.latin1('{');
    eachMember(json, start, (key, from, to) => {
      if (without.has(from)) return;
      out.utf8(`${separator}${JSON.stringify(key)}:`);
      copyWithout(json, { start: from, end: to }, without, out);
      separator = COMMA;
    });
    out.latin1('}');
  } else if (isArray(json, start)) {
    out.latin1('[');
    for (const element of elements(json, start)) {
      if (without.has(element.start)) continue;
      out.latin1(separator);
      copyWithout(json, element, without, out);
      separator = COMMA;
    }
    out.latin1(']');
  } else out.raw(json, start, end);
}
