import type { Readable } from 'node:stream';
import { Storage, type Bucket, type StorageOptions } from '@google-cloud/storage';
import type { Endpoint } from '../../core/endpoint.ts';
import { GCS_READ_IDLE_SECONDS_MAX, GCS_REQUEST_SECONDS_MAX } from '../../core/limits.ts';
import type { LeaseGuard } from '../../pipeline/held-leases.ts';
import { factsOf, pageTokenOf, receivedOf, sessionOf, type ObjectFacts } from './answers.ts';
import { CredentialsFailure, failureOf, UnreadableAnswer } from './failure.ts';
import { propertyOf } from '../../core/thrown.ts';

const GOOGLE = 'https://storage.googleapis.com';
const CONTENT_TYPE = 'application/octet-stream';
const REQUEST_MS_MAX = GCS_REQUEST_SECONDS_MAX * 1000;

/** How far an upload is: so many bytes are safe, or it is done and there is an object. */
export type UploadProgress =
  { readonly received: number; readonly facts?: never } | { readonly facts: ObjectFacts };

/** The end of an upload, to be checked by the server before anybody sees it. */
export interface UploadEnd {
  readonly bytes: number;
  readonly crc32c: string;
}

/** How long one request may take, and how long a download may bring nothing. */
interface GcsPatience {
  readonly readIdleMs?: number | undefined;
  readonly requestMs?: number | undefined;
}

/** What the library is told. Its own retries are off: they ignore `Retry-After`, and the first wait asked for. */
export function storageOptions(endpoint: Endpoint | undefined) {
  return {
    apiEndpoint: endpoint?.url ?? GOOGLE,
    useAuthWithCustomEndpoint: endpoint?.loopback !== true,
    retryOptions: { autoRetry: false },
    timeout: REQUEST_MS_MAX,
    // No request names a project. Without one the library would ask other services for it.
    projectId: 'none',
  } satisfies StorageOptions;
}

/**
 * One bucket. Each method is one attempt; its errors are the library's, to be read by `failureOf`, but for LEASE_LOST before
 * anything is sent that changes something.
 */
export class GcsBucket {
  readonly #storage: Storage;
  readonly #bucket: Bucket;
  readonly #leases: LeaseGuard;
  readonly #needsToken: boolean;
  readonly #endpoint: string;
  readonly #readIdleMs: number;

  /** `readIdleMs` is there for tests, which need not wait so long; `requestMs` for who asks a question and no more. */
  constructor(
    name: string,
    endpoint: Endpoint | undefined,
    leases: LeaseGuard,
    { readIdleMs = GCS_READ_IDLE_SECONDS_MAX * 1000, requestMs = REQUEST_MS_MAX }: GcsPatience = {},
  ) {
    this.#leases = leases;
    this.#readIdleMs = readIdleMs;
    const options = { ...storageOptions(endpoint), timeout: requestMs };
    this.#endpoint = options.apiEndpoint;
    this.#needsToken = options.useAuthWithCustomEndpoint;
    this.#storage = new Storage(options);
    // The library would prefer STORAGE_EMULATOR_HOST, which nobody has checked.
    this.#storage.baseUrl = `${this.#endpoint}/storage/v1`;
    this.#bucket = this.#storage.bucket(name);
  }

  /** Fails with 404 if there is no such object. */
  async facts(name: string): Promise<ObjectFacts> {
    await this.#authorize();
    const [metadata] = await this.#bucket.file(name).getMetadata();
    return factsOf(metadata);
  }

  /** Those of some permissions on the bucket that the caller has. Needs none itself. */
  async granted(permissions: readonly string[]): Promise<readonly string[]> {
    await this.#authorize();
    const [answer] = await this.#bucket.iam.testPermissions([...permissions]);
    return permissions.filter((permission) => answer[permission] === true);
  }

  /** The number of the project that the bucket is in. Needs `storage.buckets.get`. */
  async projectNumber(): Promise<string | undefined> {
    await this.#authorize();
    const [metadata] = await this.#bucket.getMetadata();
    const number = propertyOf(metadata, 'projectNumber');
    return typeof number === 'string' || typeof number === 'number' ? String(number) : undefined;
  }

  /** Who has which role on the bucket itself. Needs `storage.buckets.getIamPolicy`. */
  async bindings(): Promise<readonly unknown[]> {
    await this.#authorize();
    const [policy] = await this.#bucket.iam.getPolicy({ requestedPolicyVersion: 3 });
    // An empty list is left out, whatever the library's types say.
    const bindings = propertyOf(policy, 'bindings');
    return Array.isArray(bindings) ? Array.from<unknown>(bindings) : [];
  }

  /** Writes a whole object; `onlyNew` fails with 412 if there is one. The server compares the CRC-32C before. */
  async put(name: string, content: Uint8Array, crc32c: string, onlyNew: boolean): Promise<ObjectFacts> {
    await this.#authorizeChange();
    const file = this.#bucket.file(name);
    await file.save(content, {
      resumable: false,
      // The library's own check deletes whatever is there when it finds a difference.
      validation: false,
      metadata: { crc32c, contentType: CONTENT_TYPE },
      ...(onlyNew ? { preconditionOpts: { ifGenerationMatch: 0 } } : {}),
    });
    return factsOf(file.metadata);
  }

  /** A page of names, and what the next one is asked for with. */
  async names(prefix: string, pageToken: string | undefined) {
    await this.#authorize();
    const query = { prefix, autoPaginate: false, ...(pageToken === undefined ? {} : { pageToken }) };
    const [files, next] = await this.#bucket.getFiles(query);
    return { names: files.map(({ name }) => name), next: pageTokenOf(next) };
  }

  /** Bytes `start .. end`, without `end`, of one generation. */
  async read(name: string, generation: string, start: number, end: number): Promise<Uint8Array> {
    await this.#authorize();
    const file = this.#bucket.file(name, { generation });
    const range = { start, end: end - 1, validation: false, decompress: false };
    return await contentOf(file.createReadStream(range), end - start, this.#readIdleMs);
  }

  async remove(name: string, generation?: string): Promise<void> {
    await this.#authorizeChange();
    await this.#bucket.file(name).delete(generation === undefined ? {} : { ifGenerationMatch: generation });
  }

  /** Begins a resumable upload of a new object, and gives the URI of its session. May fail with 412 already. */
  async beginUpload(name: string): Promise<string> {
    await this.#authorizeChange();
    const { headers } = await this.#request({
      method: 'POST',
      uri: `${this.#endpoint}/upload/storage/v1/b/${this.#bucket.name}/o`,
      qs: { uploadType: 'resumable', name, ifGenerationMatch: 0 },
      headers: { 'X-Upload-Content-Type': CONTENT_TYPE },
      json: {},
    });
    return sessionOf(headers, this.#endpoint);
  }

  /** Sends the bytes from `offset` on; the last ones with the `end`, where 412 says that there is an object now. */
  async sendUpload(
    session: string,
    content: Uint8Array,
    offset: number,
    end?: UploadEnd,
  ): Promise<UploadProgress> {
    await this.#authorizeChange();
    const range = content.byteLength === 0 ? '*' : `${offset}-${offset + content.byteLength - 1}`;
    return await this.#continueUpload(session, `bytes ${range}/${end?.bytes ?? '*'}`, content, end?.crc32c);
  }

  /** Asks how far an upload is. */
  async uploadProgress(session: string): Promise<UploadProgress> {
    await this.#authorize();
    return await this.#continueUpload(session, 'bytes */*', new Uint8Array());
  }

  async cancelUpload(session: string): Promise<void> {
    await this.#authorizeChange();
    try {
      await this.#request({ method: 'DELETE', uri: session });
    } catch (error) {
      // "Client closed request" is how the server says yes.
      if (failureOf(error)?.status !== 499) throw error;
    }
  }

  async #continueUpload(
    session: string,
    contentRange: string,
    content: Uint8Array,
    crc32c?: string,
  ): Promise<UploadProgress> {
    const hash = crc32c === undefined ? {} : { 'X-Goog-Hash': `crc32c=${crc32c}` };
    const headers = { 'Content-Range': contentRange, 'Content-Type': CONTENT_TYPE, ...hash };
    const body = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    try {
      const answer = await this.#request({ method: 'PUT', uri: session, headers, body });
      return { facts: factsOf(answer.body) };
    } catch (error) {
      // "Resume incomplete": there is more to come. The library takes it for an error.
      if (failureOf(error)?.status !== 308) throw error;
      return { received: receivedOf(propertyOf(propertyOf(error, 'response'), 'headers')) };
    }
  }

  async #request(wanted: Parameters<Storage['request']>[0]): Promise<{ body: unknown; headers: unknown }> {
    return await new Promise((resolve, reject) => {
      this.#storage.request(wanted, (error, body, response) => {
        if (error === null) resolve({ body, headers: response?.headers });
        else reject(error);
      });
    });
  }

  /** In this order, because a token may be waited for. */
  async #authorizeChange(): Promise<void> {
    await this.#authorize();
    await this.#leases.requireHeld();
  }

  /** Gets the token by itself: only so is it clear what an error is about. The library keeps it while it is valid. */
  async #authorize(): Promise<void> {
    if (!this.#needsToken) return;
    try {
      await this.#storage.authClient.getAccessToken();
    } catch (error) {
      throw new CredentialsFailure(error);
    }
  }
}

/** All of an answer's content, so many bytes. The library waits forever when the connection was cut in the middle. */
async function contentOf(stream: Readable, bytes: number, idleMs: number): Promise<Uint8Array> {
  const timer = setTimeout(() => {
    stream.destroy(new UnreadableAnswer('the answer stopped in the middle'));
  }, idleMs);
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      timer.refresh();
      chunks.push(chunk);
    }
    const content = Buffer.concat(chunks);
    if (content.length === bytes) return content;
    throw new UnreadableAnswer(`the answer has ${content.length} bytes of ${bytes}`);
  } finally {
    clearTimeout(timer);
  }
}
