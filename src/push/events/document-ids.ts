import { isUtf8 } from 'node:buffer';
import { DOC_ID_BYTES_MAX } from '../../core/limits.ts';
import { notUtf8 } from '../../pipeline/readers/acl.ts';
import { ByteWriter } from '../../pipeline/bytes/byte-writer.ts';
import { escapeIdPart } from '../../pipeline/document/document-id.ts';
import { byteAt } from '../../pipeline/document/in-range.ts';
import { loneSurrogate } from '../../pipeline/json/json-columns.ts';
import { BACKSLASH, textAt } from '../../json/scan.ts';
import { canonicalHasLoneSurrogate } from '../../json/canonical.ts';
import type { EventRejection } from '../event-rejection.ts';

/** Matches a literal `%`, where only `%25` and `%3A` are allowed. */
const STRAY_PERCENT = /%(?!25|3A)/;

const COLON = 0x3a;
const PERCENT = 0x25;
const ASCII_END = 0x80;
const ID_BYTES_TYPICAL = 256;

/** The id of the event that is being validated, as JSON. The object is reused for each event. */
export class DocumentId {
  readonly json = new ByteWriter(ID_BYTES_TYPICAL);
  readonly #connector: string;
  /** The beginning of a full id: `"<connector>:`. */
  readonly #begin: Buffer;
  #text: string | undefined;

  constructor(connector: string) {
    this.#connector = connector;
    this.#begin = Buffer.from(JSON.stringify(`${connector}:`).slice(0, -1));
  }

  /** Takes the id that a producer sent, a JSON string. @returns why the id is rejected */
  give(bytes: Buffer, start: number, end: number): EventRejection | undefined {
    // The id is two bytes longer with its quotation marks, and the prefix before it includes one of them.
    const size = this.#begin.length - 1 + end - start - 2;
    if (end - start > 2 && size <= DOC_ID_BYTES_MAX && isPlain(bytes, start, end)) {
      this.#text = undefined;
      this.json.length = 0;
      this.json.raw(this.#begin);
      this.json.raw(bytes, start + 1, end);
      return undefined;
    }
    if (!isUtf8(bytes.subarray(start, end))) return notUtf8('doc_id');
    const docId = fullDocId(this.#connector, textAt(bytes, start, end));
    return typeof docId === 'string' ? this.set(docId) : docId;
  }

  /** Takes a full id. @returns why the id is rejected */
  set(docId: string): EventRejection | undefined {
    this.#text = docId;
    this.json.length = 0;
    this.json.utf8(JSON.stringify(docId));
    return idProblem(docId);
  }

  get text(): string {
    return this.#text ?? String(JSON.parse(this.json.bytes.toString('latin1', 0, this.json.length)));
  }
}

/** Whether an id is ASCII that needs no encoding. */
function isPlain(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start + 1; at < end - 1; at++) {
    const byte = byteAt(bytes, at);
    if (byte === BACKSLASH || byte === COLON || byte === PERCENT || byte >= ASCII_END) return false;
  }
  return true;
}

/**
 * Returns the document id that a producer means. An id that begins with the connector's name and a colon is a full id, as
 * responses and artifacts show it, and stays unchanged. Any other text is the source's own id, and is encoded as the mapping
 * encodes a field: `hr:5` pushed to `support` is `support:hr%3A5`, an id that no other connector can have.
 */
function fullDocId(connector: string, given: string): string | EventRejection {
  const prefix = `${connector}:`;
  if (!given.startsWith(prefix)) {
    return given === '' ? missing('its doc_id is empty') : `${prefix}${escapeIdPart(given)}`;
  }
  if (given === prefix) return missing(`its doc_id has nothing after ${prefix}`);
  if (STRAY_PERCENT.test(given)) {
    const reason = `after ${prefix}, a doc_id must write % as %25, and a colon that is not a separator as %3A`;
    return { code: 'ID_INVALID', reason };
  }
  return given;
}

function missing(reason: string): EventRejection {
  return { code: 'ID_MISSING', reason };
}

/** Returns why the state and the index cannot store the id. */
function idProblem(docId: string): EventRejection | undefined {
  if (Buffer.byteLength(docId) > DOC_ID_BYTES_MAX) {
    return { code: 'ID_TOO_LONG', reason: `its id has more than ${DOC_ID_BYTES_MAX} bytes` };
  }
  if (docId.includes('\0')) return { code: 'NUL_CHARACTER', reason: 'its id holds a NUL character (U+0000)' };
  if (canonicalHasLoneSurrogate(JSON.stringify(docId)))
    return { code: 'INVALID_UTF8', reason: loneSurrogate('doc_id').reason };
  return undefined;
}
