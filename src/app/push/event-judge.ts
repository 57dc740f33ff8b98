import type { Connector } from '../../connector/types.ts';
import { PUSH_EVENT_BYTES_MAX, PUSH_FIELD_BYTES_MAX } from '../../core/limits.ts';
import { plainText } from '../../sources/json/path.ts';
import { isString, type Span } from '../../sources/json/scan.ts';
import type { EventText } from './body.ts';
import { CanonicalEvents } from './canonical-events.ts';
import { fullDocId, idProblem } from './document-ids.ts';
import { MappedEvents } from './mapped-events.ts';
import { PushRefusal } from './refusal.ts';
import { quoted, type EventRejection, type Verdict } from './verdict.ts';

type Fields = ReadonlyMap<string, Span>;

/** Decides what becomes of each event that is pushed to one connector. */
export class EventJudge {
  readonly #connector: Connector;
  readonly #canonical: CanonicalEvents;
  readonly #mapped: MappedEvents;

  constructor(connector: Connector) {
    this.#connector = connector;
    this.#canonical = new CanonicalEvents(connector);
    this.#mapped = new MappedEvents(connector);
  }

  /**
   * An event with a `doc_id` is a document already, any other one has the source's own fields.
   * @param index of the event in its push, from 0, for messages
   * @throws PushRefusal for an event or a field that is too long
   */
  judge({ bytes, start, end, members: fields }: EventText, index: number): Verdict {
    refuseLongEvent(end - start, index);
    if (fields === undefined) return rejected(undefined, 'EVENT_INVALID', 'an event is a JSON object');
    refuseLongFields(fields, index);
    const given = fields.get('doc_id');
    const docId =
      given === undefined ? this.#mapped.load(bytes, { start, end }) : this.#canonicalId(bytes, given);
    if (typeof docId !== 'string') return { docId: undefined, rejection: docId };
    const problem = idProblem(docId);
    if (problem !== undefined) return { docId: undefined, rejection: problem };
    return this.#judgeOp(bytes, fields, docId, given !== undefined);
  }

  #judgeOp(bytes: Buffer, fields: Fields, docId: string, isCanonical: boolean): Verdict {
    const unknown = isCanonical ? this.#canonical.unknownField(fields) : undefined;
    if (unknown !== undefined) return { docId, rejection: unknown };
    const op = opOf(bytes, fields);
    if (op === 'DELETE') return this.#delete(docId);
    if (op !== 'UPSERT') return { docId, rejection: op };
    const document = isCanonical
      ? this.#canonical.document(bytes, fields, docId)
      : this.#mapped.document(docId);
    return typeof document === 'string' || Buffer.isBuffer(document)
      ? { event: { docId, op: 'UPSERT', document } }
      : { docId, rejection: document };
  }

  #delete(docId: string): Verdict {
    if (this.#connector.spec.reconciliation.deletePolicy === 'never_delete') {
      return rejected(docId, 'DELETE_REFUSED', 'the deletePolicy of the connector is never_delete');
    }
    return { event: { docId, op: 'DELETE', document: null } };
  }

  #canonicalId(bytes: Buffer, given: Span): string | EventRejection {
    if (!isString(bytes, given.start)) return { code: 'ID_INVALID', reason: 'its doc_id is no string' };
    return fullDocId(this.#connector.metadata.name, plainText(bytes, given));
  }
}

function rejected(docId: string | undefined, code: EventRejection['code'], reason: string): Verdict {
  return { docId, rejection: { code, reason } };
}

function refuseLongEvent(bytes: number, index: number): void {
  if (bytes <= PUSH_EVENT_BYTES_MAX) return;
  throw new PushRefusal(
    'BODY_TOO_LARGE',
    `Event ${index} has ${bytes} bytes; an event may have ${PUSH_EVENT_BYTES_MAX}.`,
  );
}

function refuseLongFields(fields: Fields, index: number): void {
  for (const [key, { start, end }] of fields) {
    if (end - start <= PUSH_FIELD_BYTES_MAX) continue;
    throw new PushRefusal(
      'BODY_INVALID',
      `Field ${quoted(key)} of event ${index} has ${end - start} bytes; a field may have ${PUSH_FIELD_BYTES_MAX}.`,
    );
  }
}

function opOf(bytes: Buffer, fields: Fields): 'UPSERT' | 'DELETE' | EventRejection {
  const span = fields.get('op');
  if (span === undefined) return { code: 'OP_INVALID', reason: 'it has no op; it must be UPSERT or DELETE' };
  const op = isString(bytes, span.start) ? plainText(bytes, span) : undefined;
  if (op === 'UPSERT' || op === 'DELETE') return op;
  const shown = op === undefined ? 'no string' : quoted(op);
  return { code: 'OP_INVALID', reason: `its op is ${shown}; it must be UPSERT or DELETE` };
}
