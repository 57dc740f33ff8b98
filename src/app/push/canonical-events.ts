import { RESERVED_FIELDS } from '../../connector/rules-fields.ts';
import { CONTENT_TYPES } from '../../connector/rules-gemini.ts';
import { aclOf, contentConfigOf, type Connector } from '../../connector/types.ts';
import { ACL_PRINCIPALS_MAX, CONTENT_BYTES_MAX, DOCUMENT_BYTES_MAX } from '../../core/limits.ts';
import { principals } from '../../pipeline/acl.ts';
import { MIME_TYPE_DEFAULT } from '../job.ts';
import { eachMember, isObject, isString, type Span } from '../../sources/json/scan.ts';
import { aroundContent } from './canonical-document.ts';
import {
  canonicalJson,
  canonicalString,
  HALF_PAIR,
  holdsHalfPair,
  holdsNul,
  isCanonicalString,
} from './canonical-json.ts';
import { quoted, type EventRejection } from './verdict.ts';

/** The fields of an event that is a document already. A checksum is taken and not used: it is made anew. */
const FIELDS: ReadonlySet<string> = new Set([
  'acl_groups',
  'acl_users',
  'checksum',
  'content',
  'doc_id',
  'metadata',
  'mime_type',
  'op',
  'title',
  'updated_at',
  'uri',
]);

const TYPES_TAKEN: ReadonlySet<string> = new Set(CONTENT_TYPES.map((type) => JSON.stringify(type)));
const NO_READERS = '[]';
/** RFC 3339, or a date alone. */
const TIME = /^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d))?$/;

type Fields = ReadonlyMap<string, Span>;

/** Thrown inside this file: the event cannot be a document. */
class Rejected extends Error {
  readonly rejection: EventRejection;

  constructor(code: EventRejection['code'], reason: string) {
    super(reason);
    this.rejection = { code, reason };
  }
}

/** Checks events that are documents already, and brings them into their one form. */
export class CanonicalEvents {
  readonly #acl: 'required' | 'off';
  readonly #takesAnyType: boolean;
  readonly #mimeType: string;

  constructor({ spec }: Connector) {
    this.#acl = aclOf(spec);
    this.#takesAnyType = contentConfigOf(spec) === 'NO_CONTENT';
    this.#mimeType = JSON.stringify(spec.mapping.mimeType ?? MIME_TYPE_DEFAULT);
  }

  /** A key that is not one of a document's: its value would be lost, and nobody would know. */
  unknownField(fields: Fields): EventRejection | undefined {
    for (const key of fields.keys()) {
      if (!FIELDS.has(key)) {
        const reason = `a document has no field ${quoted(key)}; what is your own belongs into metadata`;
        return { code: 'FIELD_UNKNOWN', reason };
      }
    }
    return undefined;
  }

  /** The document as canonical JSON in UTF-8, or why it cannot be one. */
  document(bytes: Buffer, fields: Fields, docId: string): Buffer | EventRejection {
    try {
      return this.#document(new FieldReader(bytes, fields), JSON.stringify(docId));
    } catch (thrown) {
      if (thrown instanceof Rejected) return thrown.rejection;
      throw thrown;
    }
  }

  #document(read: FieldReader, docId: string): Buffer {
    const acl = this.#readers(read);
    const content = contentOf(read);
    const { before, after } = aroundContent({
      acl,
      docId,
      metadata: metadataOf(read),
      mimeType: this.#mimeTypeOf(read),
      title: read.required('title'),
      updatedAt: timeOf(read),
      uri: read.text('uri') ?? 'null',
    });
    const document = Buffer.concat([Buffer.from(before), content.bytes, Buffer.from(after)]);
    if (document.length > DOCUMENT_BYTES_MAX) {
      const reason = `its document has ${document.length} bytes, of ${DOCUMENT_BYTES_MAX} allowed`;
      throw new Rejected('DOCUMENT_TOO_LARGE', reason);
    }
    const escaped = before + (content.escaped ? content.bytes.toString() : '') + after;
    if (holdsHalfPair(escaped)) throw new Rejected('INVALID_UTF8', HALF_PAIR);
    if (holdsNul(escaped)) {
      throw new Rejected('NUL_CHARACTER', 'it holds text with a NUL character (U+0000)');
    }
    return document;
  }

  #readers(read: FieldReader): { users: string; groups: string } | undefined {
    const users = read.principals('acl_users');
    const groups = read.principals('acl_groups');
    const named = users !== undefined || groups !== undefined;
    if (this.#acl === 'off' && !named) return undefined;
    const count = (users?.length ?? 0) + (groups?.length ?? 0);
    if (count === 0) throw new Rejected('ACL_EMPTY', 'its acl_users and acl_groups name no reader');
    if (count > ACL_PRINCIPALS_MAX) {
      throw new Rejected('ACL_TOO_LARGE', 'its acl_users and acl_groups name too many readers');
    }
    if (this.#acl === 'off') {
      const reason =
        'it names its readers, and the connector has no access control, so everybody would read it';
      throw new Rejected('ACL_NOT_KEPT', reason);
    }
    return { users: listText(users), groups: listText(groups) };
  }

  #mimeTypeOf(read: FieldReader): string {
    const json = read.text('mime_type') ?? this.#mimeType;
    if (this.#takesAnyType || TYPES_TAKEN.has(json)) return json;
    const reason = `its mime_type ${quoted(String(JSON.parse(json)))} is none of ${CONTENT_TYPES.join(', ')}`;
    throw new Rejected('FIELD_INVALID', reason);
  }
}

function listText(names: readonly string[] | undefined): string {
  return names === undefined ? NO_READERS : JSON.stringify(names);
}

interface Content {
  /** Canonical JSON. */
  readonly bytes: Buffer;
  /** Whether it may have escapes that stand for no character, or for NUL. */
  readonly escaped: boolean;
}

function contentOf(read: FieldReader): Content {
  const sent = read.stringBytes('content');
  const escaped = !isCanonicalString(sent);
  const bytes = escaped ? Buffer.from(canonicalString(sent.toString())) : sent;
  // No escape is shorter than what it stands for.
  if (sent.length <= CONTENT_BYTES_MAX) return { bytes, escaped };
  const size = Buffer.byteLength(String(JSON.parse(bytes.toString())));
  if (size <= CONTENT_BYTES_MAX) return { bytes, escaped };
  const reason = `its content has ${size} bytes, of ${CONTENT_BYTES_MAX} allowed`;
  throw new Rejected('CONTENT_TOO_LARGE', reason);
}

function timeOf(read: FieldReader): string {
  const json = read.text('updated_at');
  if (json === undefined) return 'null';
  const time = json.slice(1, -1);
  if (TIME.test(time) && !Number.isNaN(Date.parse(time))) return json;
  throw new Rejected('FIELD_INVALID', 'its updated_at is no time such as 2026-01-02T03:04:05Z');
}

function metadataOf({ bytes, fields }: FieldReader): string {
  const span = fields.get('metadata');
  if (span === undefined || isNull(bytes, span)) return '{}';
  if (!isObject(bytes, span.start)) throw new Rejected('FIELD_INVALID', 'its metadata is no object');
  eachMember(bytes, span.start, (key) => {
    if (!RESERVED_FIELDS.has(key)) return;
    const reason = `its metadata has a field ${key}, which every document has beside its metadata`;
    throw new Rejected('FIELD_INVALID', reason);
  });
  return canonicalJson(bytes, span);
}

function isNull(bytes: Buffer, { start, end }: Span): boolean {
  return end - start === 4 && bytes.toString('latin1', start, end) === 'null';
}

function missing(name: string): Rejected {
  return new Rejected('FIELD_MISSING', `an UPSERT is a whole document, and this one has no ${name}`);
}

class FieldReader {
  readonly bytes: Buffer;
  readonly fields: Fields;

  constructor(bytes: Buffer, fields: Fields) {
    this.bytes = bytes;
    this.fields = fields;
  }

  /** A string as canonical JSON. */
  required(name: string): string {
    const json = this.text(name);
    if (json === undefined) throw missing(name);
    return json;
  }

  /** A string that must be there, as it was sent. */
  stringBytes(name: string): Buffer {
    const span = this.#string(name);
    if (span === undefined) throw missing(name);
    return this.bytes.subarray(span.start, span.end);
  }

  /** A string as canonical JSON; undefined if it is null or not there. */
  text(name: string): string | undefined {
    const span = this.#string(name);
    return span && canonicalString(this.bytes.toString('utf8', span.start, span.end));
  }

  #string(name: string): Span | undefined {
    const span = this.fields.get(name);
    if (span === undefined || isNull(this.bytes, span)) return undefined;
    if (!isString(this.bytes, span.start)) throw new Rejected('FIELD_INVALID', `its ${name} is no string`);
    return span;
  }

  /** Sorted, each once; undefined if the field is not there. */
  principals(name: string): string[] | undefined {
    const span = this.fields.get(name);
    if (span === undefined) return undefined;
    if (isNull(this.bytes, span)) return [];
    const json = this.bytes.toString('utf8', span.start, span.end);
    const names: unknown = JSON.parse(json);
    if (Array.isArray(names) && names.every((item) => typeof item === 'string' && item.trim() !== '')) {
      return principals(json, 'json');
    }
    throw new Rejected('FIELD_INVALID', `its ${name} is no list of names`);
  }
}
