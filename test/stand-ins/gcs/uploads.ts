import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Bucket, StoredObject } from './bucket.ts';
import { Refusal, type Answer, type Call } from './exchange.ts';
import { metadataOf, readMultipart } from './multipart.ts';
import { checkChecksum, Receiver } from './receiving.ts';
import { resourceOf } from './resource.ts';
import { appendRange } from './resumable-range.ts';

/** A resumable upload that was begun. */
export interface Session {
  readonly bucket: Bucket;
  readonly name: string;
  readonly wanted: string | null;
  readonly metadata: Record<string, unknown>;
  readonly receiver: Receiver;
  outcome: StoredObject | 'cancelled' | 'refused' | undefined;
  /** Ends when the newest call to it has been dealt with: they take turns. */
  turn: Promise<unknown>;
}

/** Everything below `/upload/storage/v1/b/{bucket}/o`. */
export class Uploads {
  /** Where content is until it is whole. */
  readonly #folder: string;
  readonly #sessions = new Map<string, Session>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Names of uploads that were begun and neither finished nor given up. */
  open(): string[] {
    return [...this.#sessions.values()]
      .filter(({ outcome }) => outcome === undefined)
      .map(({ name }) => name);
  }

  /** Removes unfinished uploads. */
  async close(): Promise<void> {
    for (const { receiver } of this.#sessions.values()) await receiver.discard();
  }

  async handle(call: Call, bucket: Bucket, baseUrl: string): Promise<Answer> {
    const id = call.query.get('upload_id');
    if (id !== null) return await this.#continue(call, id);
    const type = call.query.get('uploadType');
    if (call.method !== 'POST')
      throw new Refusal(405, 'methodNotAllowed', `${call.method} begins no upload.`);
    if (type === 'resumable') return await this.#begin(call, bucket, baseUrl);
    if (type === 'media' || type === 'multipart') return await this.#atOnce(call, bucket, type);
    throw new Refusal(400, 'invalidParameter', `Unknown uploadType: ${String(type)}`);
  }

  async #atOnce(call: Call, bucket: Bucket, type: 'media' | 'multipart'): Promise<Answer> {
    const wanted = call.query.get('ifGenerationMatch');
    const receiver = await this.#receiver();
    if (isDamaging(call)) receiver.damageNext();
    try {
      let metadata: Record<string, unknown> = { contentType: call.headers['content-type'] };
      if (type === 'multipart') metadata = await readMultipart(call, receiver);
      else for await (const chunk of call.body) await receiver.append(chunk);
      const received = await receiver.end();
      checkChecksum(received, metadata, call);
      const stored = await bucket.commit(nameOf(call, metadata), wanted, received, contentTypeOf(metadata));
      return { status: 200, json: resourceOf(bucket.name, stored) };
    } finally {
      // After a commit the file has another name.
      await receiver.discard();
    }
  }

  async #begin(call: Call, bucket: Bucket, baseUrl: string): Promise<Answer> {
    let text = '';
    for await (const chunk of call.body) text += chunk.toString();
    const metadata = { contentType: call.headers['x-upload-content-type'], ...metadataOf(text) };
    const name = nameOf(call, metadata);
    const wanted = call.query.get('ifGenerationMatch');
    bucket.check(name, wanted);
    const id = randomBytes(24).toString('base64url');
    const receiver = await this.#receiver();
    this.#sessions.set(id, {
      bucket,
      name,
      wanted,
      metadata,
      receiver,
      outcome: undefined,
      turn: Promise.resolve(),
    });
    const query = new URLSearchParams({ uploadType: 'resumable', name, upload_id: id });
    return {
      status: 200,
      headers: { location: `${baseUrl}${call.path}?${query.toString()}`, 'x-guploader-uploadid': id },
    };
  }

  async #continue(call: Call, id: string): Promise<Answer> {
    const session = this.#sessions.get(id);
    if (session === undefined) throw new Refusal(404, 'notFound', 'No such upload session.');
    const answer = session.turn.then(() => continueSession(call, session));
    session.turn = answer.catch(() => undefined);
    return await answer;
  }

  async #receiver(): Promise<Receiver> {
    return await Receiver.open(join(this.#folder, randomBytes(12).toString('hex')));
  }
}

async function continueSession(call: Call, session: Session): Promise<Answer> {
  if (session.outcome === 'cancelled') return { status: 499 };
  if (session.outcome === 'refused') throw new Refusal(404, 'notFound', 'This upload session has ended.');
  if (session.outcome !== undefined) {
    return { status: 200, json: resourceOf(session.bucket.name, session.outcome) };
  }
  if (call.method === 'DELETE') {
    session.outcome = 'cancelled';
    await session.receiver.discard();
    return { status: 499 };
  }
  if (call.method !== 'PUT')
    throw new Refusal(405, 'methodNotAllowed', `${call.method} continues no upload.`);
  if (isDamaging(call)) session.receiver.damageNext();
  if (!(await appendRange(call, session.receiver))) return incomplete(session.receiver.bytes);
  return await finish(call, session);
}

async function finish(call: Call, session: Session): Promise<Answer> {
  const { bucket, name, wanted, metadata, receiver } = session;
  try {
    const received = await receiver.end();
    checkChecksum(received, metadata, call);
    const stored = await bucket.commit(name, wanted, received, contentTypeOf(metadata));
    session.outcome = stored;
    return { status: 200, json: resourceOf(bucket.name, stored) };
  } catch (error) {
    session.outcome = 'refused';
    await receiver.discard();
    throw error;
  }
}

function isDamaging({ fault }: Call): boolean {
  return fault?.how === 'corrupt upload' || fault?.how === 'store corrupt';
}

/** 308, and how much there is; no range at all if that is nothing. */
function incomplete(bytes: number): Answer {
  return { status: 308, headers: bytes === 0 ? {} : { range: `bytes=0-${bytes - 1}` } };
}

function nameOf(call: Call, metadata: Record<string, unknown>): string {
  const name = call.query.get('name') ?? metadata['name'];
  if (typeof name === 'string' && name !== '' && Buffer.byteLength(name) <= 1_024) return name;
  throw new Refusal(400, 'required', 'Required: an object name of 1 to 1024 bytes.');
}

function contentTypeOf({ contentType }: Record<string, unknown>): string {
  return typeof contentType === 'string' ? contentType : 'application/octet-stream';
}
