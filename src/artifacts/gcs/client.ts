import { randomUUID } from 'node:crypto';
import type { Endpoint } from '../../core/endpoint.ts';
import { propertyOf } from '../../core/thrown.ts';
import type { LeaseGuard } from '../../pipeline/held-leases.ts';
import { bindingsOf, factsOf, pageOf, receivedOf, sessionOf, type ObjectFacts } from './answers.ts';
import { UnreadableAnswer } from './failure.ts';
import { GcsConnection, type GcsPatience } from './connection.ts';

const CONTENT_TYPE = 'application/octet-stream';
/** "Resume incomplete": the upload is not finished. */
const INCOMPLETE = 308;
/** "Client closed request": the server confirms with it that an upload is cancelled. */
const CANCELLED = 499;

/** The progress of an upload: the number of bytes that are stored, or the finished object. */
export type UploadProgress =
  { readonly received: number; readonly facts?: never } | { readonly facts: ObjectFacts };

/** The end of an upload, which the server checks before the object becomes visible. */
export interface UploadEnd {
  readonly bytes: number;
  readonly crc32c: string;
}

/**
 * One bucket, accessed with the JSON API of Cloud Storage. Each method makes one attempt; its errors are those of
 * `GcsConnection`.
 */
export class GcsBucket {
  readonly #connection: GcsConnection;
  /** The URL of the bucket's resource. */
  readonly #url: string;
  readonly #uploadUrl: string;

  /** `readIdleMs` lets tests wait less; `requestMs` is for callers that only read metadata. */
  constructor(name: string, endpoint: Endpoint | undefined, leases: LeaseGuard, patience: GcsPatience = {}) {
    this.#connection = new GcsConnection(endpoint, leases, patience);
    this.#url = `${this.#connection.url}/storage/v1/b/${name}`;
    this.#uploadUrl = `${this.#connection.url}/upload/storage/v1/b/${name}/o`;
  }

  /** Returns the metadata of an object. It fails with 404 if the object does not exist. */
  async facts(name: string): Promise<ObjectFacts> {
    return factsOf(await this.#get(this.#objectUrl(name)));
  }

  /** Returns which of the given permissions on the bucket the caller has. The request itself needs no permission. */
  async granted(permissions: readonly string[]): Promise<readonly string[]> {
    const query = new URLSearchParams(permissions.map((permission) => ['permissions', permission]));
    const answer = await this.#get(`${this.#url}/iam/testPermissions?${query.toString()}`);
    // The server omits an empty list.
    const granted = propertyOf(answer, 'permissions');
    return Array.isArray(granted) ? permissions.filter((permission) => granted.includes(permission)) : [];
  }

  /** Returns the number of the bucket's project. Needs `storage.buckets.get`. */
  async projectNumber(): Promise<string | undefined> {
    const number = propertyOf(await this.#get(this.#url), 'projectNumber');
    return typeof number === 'string' || typeof number === 'number' ? String(number) : undefined;
  }

  /** Returns the members and roles of the bucket's own policy. Needs `storage.buckets.getIamPolicy`. */
  async bindings(): Promise<readonly unknown[]> {
    return bindingsOf(await this.#get(`${this.#url}/iam?optionsRequestedPolicyVersion=3`));
  }

  /**
   * Writes a whole object; `onlyNew` fails with 412 if it already exists. The server compares the CRC-32C before it stores the
   * object.
   */
  async put(name: string, content: Uint8Array, crc32c: string, onlyNew: boolean): Promise<ObjectFacts> {
    const boundary = randomUUID();
    const metadata = JSON.stringify({ crc32c, contentType: CONTENT_TYPE });
    const { json } = await this.#connection.json({
      method: 'POST',
      url: this.#uploadTo({ uploadType: 'multipart', name, ...(onlyNew ? NEW : {}) }),
      headers: { 'content-type': `multipart/related; boundary=${boundary}` },
      body: Buffer.concat([
        Buffer.from(`--${boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${metadata}\r\n`),
        Buffer.from(`--${boundary}\r\nContent-Type: ${CONTENT_TYPE}\r\n\r\n`),
        content,
        Buffer.from(`\r\n--${boundary}--\r\n`),
      ]),
      changes: true,
    });
    return factsOf(json);
  }

  /** Returns a page of names and the token of the next page. */
  async names(prefix: string, pageToken: string | undefined) {
    const query = new URLSearchParams({ prefix, ...(pageToken === undefined ? {} : { pageToken }) });
    return pageOf(await this.#get(`${this.#url}/o?${query.toString()}`));
  }

  /** Reads the bytes `start .. end`, without `end`, of one generation. */
  async read(name: string, generation: string, start: number, end: number): Promise<Uint8Array> {
    const url = `${this.#objectUrl(name)}?alt=media&generation=${generation}`;
    const headers = { range: `bytes=${start}-${end - 1}` };
    return await this.#connection.content({ method: 'GET', url, headers, changes: false }, end - start);
  }

  async remove(name: string, generation?: string): Promise<void> {
    const only = generation === undefined ? '' : `?ifGenerationMatch=${generation}`;
    const url = `${this.#objectUrl(name)}${only}`;
    await this.#connection.json({ method: 'DELETE', url, changes: true });
  }

  /** Starts a resumable upload of a new object and returns the URI of its session. It may already fail with 412. */
  async beginUpload(name: string): Promise<string> {
    const { headers } = await this.#connection.json({
      method: 'POST',
      url: this.#uploadTo({ uploadType: 'resumable', name, ...NEW }),
      headers: { 'content-type': 'application/json', 'x-upload-content-type': CONTENT_TYPE },
      body: Buffer.from('{}'),
      changes: true,
    });
    return sessionOf(headers, this.#connection.url);
  }

  /**
   * Sends the bytes from `offset`, the last ones with the `end`. The last request fails with 412 if the object exists by then.
   */
  async sendUpload(
    session: string,
    content: Uint8Array,
    offset: number,
    end?: UploadEnd,
  ): Promise<UploadProgress> {
    const range = content.byteLength === 0 ? '*' : `${offset}-${offset + content.byteLength - 1}`;
    return await this.#continueUpload(session, {
      headers: {
        'content-range': `bytes ${range}/${end?.bytes ?? '*'}`,
        'content-type': CONTENT_TYPE,
        ...(end === undefined ? {} : { 'x-goog-hash': `crc32c=${end.crc32c}` }),
      },
      body: content,
      changes: true,
    });
  }

  /** Reads the progress of an upload. */
  async uploadProgress(session: string): Promise<UploadProgress> {
    const headers = { 'content-range': 'bytes */*' };
    return await this.#continueUpload(session, { headers, body: new Uint8Array(), changes: false });
  }

  async cancelUpload(session: string): Promise<void> {
    await this.#connection.json({ method: 'DELETE', url: session, changes: true, expected: CANCELLED });
  }

  async #continueUpload(
    session: string,
    sent: { readonly headers: Record<string, string>; readonly body: Uint8Array; readonly changes: boolean },
  ): Promise<UploadProgress> {
    const { status, headers, json } = await this.#connection.json({
      ...sent,
      method: 'PUT',
      url: session,
      expected: INCOMPLETE,
    });
    return status === INCOMPLETE ? { received: receivedOf(headers) } : { facts: factsOf(json) };
  }

  async #get(url: string): Promise<unknown> {
    const { json } = await this.#connection.json({ method: 'GET', url, changes: false });
    if (json === undefined) throw new UnreadableAnswer('the answer is empty');
    return json;
  }

  #objectUrl(name: string): string {
    return `${this.#url}/o/${encodeURIComponent(name)}`;
  }

  #uploadTo(query: Readonly<Record<string, string>>): string {
    return `${this.#uploadUrl}?${new URLSearchParams(query).toString()}`;
  }
}

/** The server refuses with 412 if an object of the name already exists. */
const NEW = { ifGenerationMatch: '0' };
