import { randomUUID } from 'node:crypto';
import type { Endpoint } from '../../core/endpoint.ts';
import { propertyOf } from '../../core/thrown.ts';
import type { LeaseGuard } from '../../pipeline/held-leases.ts';
import { bindingsOf, factsOf, pageOf, receivedOf, sessionOf, type ObjectFacts } from './answers.ts';
import { UnreadableAnswer } from './failure.ts';
import { GcsConnection, type GcsPatience } from './connection.ts';

const CONTENT_TYPE = 'application/octet-stream';
/** "Resume incomplete": there is more of an upload to come. */
const INCOMPLETE = 308;
/** "Client closed request": how the server confirms that an upload is cancelled. */
const CANCELLED = 499;

/** How far an upload is: so many bytes are safe, or it is done and there is an object. */
export type UploadProgress =
  { readonly received: number; readonly facts?: never } | { readonly facts: ObjectFacts };

/** The end of an upload, to be checked by the server before anybody sees it. */
export interface UploadEnd {
  readonly bytes: number;
  readonly crc32c: string;
}

/** One bucket by the JSON API of Cloud Storage. Each method is one attempt; its errors are those of `GcsConnection`. */
export class GcsBucket {
  readonly #connection: GcsConnection;
  /** Of the bucket's resource. */
  readonly #url: string;
  readonly #uploadUrl: string;

  /** `readIdleMs` is there for tests, which need not wait so long; `requestMs` for who asks a question and no more. */
  constructor(name: string, endpoint: Endpoint | undefined, leases: LeaseGuard, patience: GcsPatience = {}) {
    this.#connection = new GcsConnection(endpoint, leases, patience);
    this.#url = `${this.#connection.url}/storage/v1/b/${name}`;
    this.#uploadUrl = `${this.#connection.url}/upload/storage/v1/b/${name}/o`;
  }

  /** Fails with 404 if there is no such object. */
  async facts(name: string): Promise<ObjectFacts> {
    return factsOf(await this.#get(this.#objectUrl(name)));
  }

  /** Those of some permissions on the bucket that the caller has. Needs none itself. */
  async granted(permissions: readonly string[]): Promise<readonly string[]> {
    const query = new URLSearchParams(permissions.map((permission) => ['permissions', permission]));
    const answer = await this.#get(`${this.#url}/iam/testPermissions?${query.toString()}`);
    // An empty list is left out.
    const granted = propertyOf(answer, 'permissions');
    return Array.isArray(granted) ? permissions.filter((permission) => granted.includes(permission)) : [];
  }

  /** The number of the project that the bucket is in. Needs `storage.buckets.get`. */
  async projectNumber(): Promise<string | undefined> {
    const number = propertyOf(await this.#get(this.#url), 'projectNumber');
    return typeof number === 'string' || typeof number === 'number' ? String(number) : undefined;
  }

  /** Who has which role on the bucket itself. Needs `storage.buckets.getIamPolicy`. */
  async bindings(): Promise<readonly unknown[]> {
    return bindingsOf(await this.#get(`${this.#url}/iam?optionsRequestedPolicyVersion=3`));
  }

  /** Writes a whole object; `onlyNew` fails with 412 if there is one. The server compares the CRC-32C before. */
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

  /** A page of names, and what the next one is asked for with. */
  async names(prefix: string, pageToken: string | undefined) {
    const query = new URLSearchParams({ prefix, ...(pageToken === undefined ? {} : { pageToken }) });
    return pageOf(await this.#get(`${this.#url}/o?${query.toString()}`));
  }

  /** Bytes `start .. end`, without `end`, of one generation. */
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

  /** Begins a resumable upload of a new object, and gives the URI of its session. May fail with 412 already. */
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

  /** Sends the bytes from `offset` on; the last ones with the `end`, where 412 says that there is an object now. */
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

  /** Asks how far an upload is. */
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

/** Refused with 412 where there is an object of the name already. */
const NEW = { ifGenerationMatch: '0' };
