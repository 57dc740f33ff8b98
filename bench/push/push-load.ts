/** What producers send in the bench. */

const CONTENT_BYTES = 850;
/** Different bodies, so that no cache of a size that matters sees the same one again. */
const BODIES = 20;

export type PushForm = 'documents' | 'fields' | 'lines';

interface LoadBody {
  readonly contentType: string;
  readonly body: string;
}

const WORDS = 'The cable on desk 4 was replaced; "all good", says Jürgen — see the protocol of Monday.\n';

/** Bodies of `events` events of some 1 kB each. `fields` are to be mapped, the others are documents already. */
export function loadBodies(form: PushForm, events: number): readonly LoadBody[] {
  return Array.from({ length: BODIES }, (_, body) => {
    const list = Array.from({ length: events }, (__, event) => eventOf(form, body * events + event));
    return form === 'lines'
      ? { contentType: 'application/x-ndjson', body: list.map((event) => JSON.stringify(event)).join('\n') }
      : { contentType: 'application/json', body: JSON.stringify(list) };
  });
}

function eventOf(form: PushForm, number: number): object {
  const text = `${number} ${WORDS.repeat(Math.ceil(CONTENT_BYTES / WORDS.length))}`.slice(0, CONTENT_BYTES);
  const title = `Ticket ${number}`;
  const readers = [`agent.${number % 40}@example.com`, `lead.${number % 7}@example.com`];
  const facts = { queue: 'hardware', priority: number % 4 };
  return form === 'fields'
    ? { op: 'UPSERT', ticket_id: number, title, subject: title, body: text, allowed_users: readers, ...facts }
    : { op: 'UPSERT', doc_id: String(number), title, content: text, acl_users: readers, metadata: facts };
}

/** A document of the same size, as a bare insert stores it. */
export function bareRows(events: number): readonly (readonly [docId: string, document: string])[] {
  return Array.from({ length: events }, (_, number) => [
    `support-push:${number}`,
    JSON.stringify(eventOf('documents', number)),
  ]);
}
