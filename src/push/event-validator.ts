import { isOrdered, type Connector } from '../definitions/connector/types.ts';
import { PUSH_EVENT_BYTES_MAX, PUSH_FIELD_BYTES_MAX } from './limits.ts';
import { byteAt } from '../pipeline/document/in-range.ts';
import type { ItemReader } from '../json/item-reader.ts';
import { isString, textAt } from '../json/scan.ts';
import type { EventVersion, PackedEvents } from './events/packed-events.ts';
import { CanonicalEvents } from './events/canonical-events.ts';
import { DocumentId } from './events/document-ids.ts';
import { EventFields, FIELD, NO_MEMBER } from './events/event-fields.ts';
import { isTime, versionOf } from './events/event-time.ts';
import { MappedEvents } from './events/mapped-events.ts';
import { PushRefusal } from './refusal.ts';
import { quoted, type EventRejection, type RejectedEvent } from './event-rejection.ts';

const UPSERT = Buffer.from('"UPSERT"');
/** The first letter of `null`. */
const LETTER_N = 0x6e;

/** Validates each event that is pushed to one connector. */
export class EventValidator {
  readonly #neverDeletes: boolean;
  readonly #isOrdered: boolean;
  readonly #canonical: CanonicalEvents;
  readonly #mapped: MappedEvents;
  readonly #fields = new EventFields();
  readonly #docId: DocumentId;

  constructor(connector: Connector) {
    this.#neverDeletes = connector.spec.reconciliation.deletePolicy === 'never_delete';
    this.#isOrdered = isOrdered(connector.spec);
    this.#canonical = new CanonicalEvents(connector);
    this.#mapped = new MappedEvents(connector);
    this.#docId = new DocumentId(connector.metadata.name);
  }

  /** Must be called before the events of each push. */
  beginPush(): void {
    this.#mapped.beginPush();
  }

  /**
   * An event with a `doc_id` is already a document; any other event has the source's own fields.
   * @param event the item that was read last
   * @param index the position of the event in its push, from 0, for messages
   * @param out receives the event, if it is accepted
   * @returns why the event is rejected
   * @throws PushRefusal for an event or a field that is too long
   */
  validate(event: ItemReader, index: number, out: PackedEvents): RejectedEvent | undefined {
    refuseLongEvent(event.end - event.start, index);
    if (!event.isObject) {
      return { docId: undefined, rejection: { code: 'EVENT_INVALID', reason: 'an event is a JSON object' } };
    }
    refuseLongFields(event, index);
    this.#fields.read(event);
    const isDocument = this.#fields.has(FIELD.doc_id);
    const problem = isDocument ? this.#takeId(event) : this.#takeMapped(event);
    if (problem !== undefined) return { docId: undefined, rejection: problem };
    const rejection = this.#validateOp(event, isDocument, out);
    return rejection && { docId: this.#docId.text, rejection };
  }

  #validateOp(event: ItemReader, isDocument: boolean, out: PackedEvents): EventRejection | undefined {
    const fields = this.#fields;
    if (isDocument && fields.unknown !== undefined) {
      const reason = `a document has no field ${quoted(fields.unknown)}; what is your own belongs into metadata`;
      return { code: 'FIELD_UNKNOWN', reason };
    }
    const op = opOf(event, fields);
    if (op === 'DELETE' && this.#neverDeletes) {
      return { code: 'DELETE_REFUSED', reason: 'the deletePolicy of the connector is never_delete' };
    }
    if (op !== 'DELETE' && op !== 'UPSERT') return op;
    if (!this.#isOrdered) return this.#write(event, { op, isDocument, time: undefined }, out);
    const time = timeOf(event, fields);
    return typeof time === 'string' ? this.#write(event, { op, isDocument, time }, out) : time;
  }

  #write(
    event: ItemReader,
    { op, isDocument, time }: { op: EventVersion['op']; isDocument: boolean; time: string | undefined },
    out: PackedEvents,
  ): EventRejection | undefined {
    const id = this.#docId;
    const version = time === undefined ? undefined : { docId: id.text, op, version: versionOf(time) };
    const line = out.begin(op, id.json, version);
    if (op === 'DELETE') return undefined;
    const rejection = isDocument
      ? this.#canonical.write(event, this.#fields, id.json, line)
      : this.#mapped.write(id.text, time, line);
    if (rejection !== undefined) out.drop();
    return rejection;
  }

  #takeId(event: ItemReader): EventRejection | undefined {
    const member = this.#fields.member(FIELD.doc_id);
    const start = event.members.start(member);
    return isString(event.text, start)
      ? this.#docId.give(event.text, start, event.members.end(member))
      : { code: 'ID_INVALID', reason: 'its doc_id is not a string' };
  }

  #takeMapped({ text, start, end }: ItemReader): EventRejection | undefined {
    const docId = this.#mapped.load(text, { start, end });
    return typeof docId === 'string' ? this.#docId.set(docId) : docId;
  }
}

function refuseLongEvent(bytes: number, index: number): void {
  if (bytes <= PUSH_EVENT_BYTES_MAX) return;
  throw new PushRefusal(
    'BODY_TOO_LARGE',
    `Event ${index} has ${bytes} bytes; an event may have ${PUSH_EVENT_BYTES_MAX}.`,
  );
}

function refuseLongFields({ text, members }: ItemReader, index: number): void {
  for (let member = 0; member < members.count; member++) {
    const bytes = members.end(member) - members.start(member);
    if (bytes <= PUSH_FIELD_BYTES_MAX) continue;
    const key = quoted(textAt(text, members.keyStart(member), members.keyEnd(member)));
    throw new PushRefusal(
      'BODY_INVALID',
      `Field ${key} of event ${index} has ${bytes} bytes; a field may have ${PUSH_FIELD_BYTES_MAX}.`,
    );
  }
}

function opOf({ text, members }: ItemReader, fields: EventFields): 'UPSERT' | 'DELETE' | EventRejection {
  const member = fields.member(FIELD.op);
  if (member === NO_MEMBER) {
    return { code: 'OP_INVALID', reason: 'it has no op; it must be UPSERT or DELETE' };
  }
  const [start, end] = [members.start(member), members.end(member)];
  if (end - start === UPSERT.length && isAt(text, start, UPSERT)) return 'UPSERT';
  const op = isString(text, start) ? textAt(text, start, end) : undefined;
  if (op === 'UPSERT' || op === 'DELETE') return op;
  const shown = op === undefined ? 'no string' : quoted(op);
  return { code: 'OP_INVALID', reason: `its op is ${shown}; it must be UPSERT or DELETE` };
}

/** Returns when an event that is ordered by time happened, according to the event itself. */
function timeOf({ text, members }: ItemReader, fields: EventFields): string | EventRejection {
  const member = fields.member(FIELD.updated_at);
  const start = member === NO_MEMBER ? -1 : members.start(member);
  if (start < 0 || text[start] === LETTER_N) {
    const reason = 'it has no updated_at, which source.ordering: updated_at requires in every event';
    return { code: 'FIELD_MISSING', reason };
  }
  const time = isString(text, start) ? textAt(text, start, members.end(member)) : '';
  if (isTime(time)) return time;
  return { code: 'FIELD_INVALID', reason: 'its updated_at is not a time such as 2026-01-02T03:04:05Z' };
}

function isAt(bytes: Buffer, start: number, wanted: Buffer): boolean {
  let index = 0;
  while (index < wanted.length && byteAt(bytes, start + index) === byteAt(wanted, index)) index++;
  return index === wanted.length;
}
