import { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { lookalikeSentences } from '../../core/text/lookalike.ts';
import type { RecordRow } from '../../json/record-row.ts';
import { FIELDS_IN_NO_ROW } from '../fields-never-there.ts';

interface RequiredFieldsOf {
  /** The fields that records may omit. */
  readonly optional: ReadonlySet<string>;
  readonly url: string;
  /** The fields that the connector computes, each with its path or template. */
  readonly computed: Readonly<Record<string, string>>;
  readonly log: Logger;
}

/**
 * A record may omit a field. A field that the whole source omits was renamed or removed.
 * @param row the row after all records; it knows the fields that none of them had
 * @throws BridgeError SOURCE_COLUMN_MISSING
 */
export function requireFields(
  { missing, keys }: Pick<RecordRow, 'missing' | 'keys'>,
  { optional, url, computed, log }: RequiredFieldsOf,
): void {
  const expected = missing.filter((name) => optional.has(name));
  if (expected.length > 0) log.warn(FIELDS_IN_NO_ROW, { fields: expected });
  const required = missing.filter((name) => !optional.has(name));
  if (required.length === 0) return;
  throw new BridgeError(
    'SOURCE_COLUMN_MISSING',
    `No record of ${url} has ${required.map((name) => JSON.stringify(name)).join(', ')}, which the mapping names.${lookalikeSentences(required, keys)}`,
    { hint: hintFor(required.filter((name) => Object.hasOwn(computed, name))) },
  );
}

function hintFor(computed: readonly string[]): string {
  const [first] = computed;
  if (first !== undefined)
    return `Correct the path or template of source.fields.${first}: it leads to nothing in any record.`;
  return 'Correct the name in spec.mapping; a field inside another one is written with a dot, and one in each element of a list with [].';
}
