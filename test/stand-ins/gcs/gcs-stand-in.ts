import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32c } from '@node-rs/crc32';
import { Bucket, type StoredObject } from './bucket.ts';
import { callOf, Refusal, refusalAnswer, send, type Answer, type Call } from './exchange.ts';
import { Broken, Faults, type Fault, type FaultRule } from './faults.ts';
import { OPEN_ACCESS, type Access } from './iam-api.ts';
import { base64 } from './receiving.ts';
import { route, type Service } from './routes.ts';
import { Uploads } from './uploads.ts';

/** One request that came in. */
interface SeenRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

/** Cloud Storage's JSON API on this machine, as far as the artifact store uses it. */
export interface GcsStandIn {
  /** `http://127.0.0.1:port`, to be given as GCS_ENDPOINT. */
  readonly url: string;
  /** All requests so far. */
  readonly requests: readonly SeenRequest[];
  /** Makes something go wrong with requests to come. */
  fail(rule: FaultRule): void;
  /** How often the rules given will still strike: 0 says that all faults have happened. */
  readonly faultsLeft: number;
  /** Finished objects, by name. */
  objects(bucket: string, prefix?: string): StoredObject[];
  /** Names of resumable uploads that were begun and neither finished nor given up. */
  openUploads(): string[];
  read(bucket: string, name: string): Promise<Buffer>;
  write(bucket: string, name: string, bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

interface GcsStandInOptions {
  readonly buckets: readonly string[];
  /** Where contents are kept, each as a file; a temporary folder, removed at the end, unless given. */
  readonly folder?: string;
  /** Objects on one page of a list, 1,000 unless given, as Cloud Storage has it. */
  readonly pageObjects?: number;
  /** What it answers to questions about permissions. */
  readonly access?: Partial<Access>;
  /**
   * Told of each request when it has come, before its body, and again when it has had its effect. What follows waits until
   * this resolves; if it rejects, the connection breaks instead.
   */
  readonly watch?: (call: Call, moment: 'received' | 'carried out') => Promise<void>;
}

export async function startGcsStandIn({
  buckets,
  folder,
  pageObjects = 1_000,
  access = {},
  watch = () => Promise.resolve(),
}: GcsStandInOptions): Promise<GcsStandIn> {
  const home = folder ?? (await mkdtemp(join(tmpdir(), 'gcs-stand-in-')));
  const unfinished = join(home, '.unfinished');
  await mkdir(unfinished, { recursive: true });
  const faults = new Faults();
  const requests: SeenRequest[] = [];
  const known = new Map(buckets.map((name) => [name, new Bucket(name, join(home, name))]));
  const uploads = new Uploads(unfinished);
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, headers });
    const service = {
      buckets: known,
      uploads,
      pageObjects,
      url: baseUrl,
      access: { ...OPEN_ACCESS, ...access },
    };
    void serve(request, response, service, faults, watch);
  });
  // However slow the machine is, no connection ends by itself in the moment in which it is used again.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const bucketOf = (name: string) => {
    const bucket = known.get(name);
    if (bucket === undefined) throw new Error(`The stand-in has no bucket ${name}.`);
    return bucket;
  };
  let written = 0;
  return {
    url: baseUrl,
    requests,
    fail: (rule) => {
      faults.add(rule);
    },
    get faultsLeft() {
      return faults.left;
    },
    objects: (bucket, prefix) => bucketOf(bucket).all(prefix),
    openUploads: () => uploads.open(),
    read: async (bucket, name) => await readFile(bucketOf(bucket).get(name).file),
    async write(bucket, name, bytes) {
      const file = join(unfinished, `written-${++written}`);
      await writeFile(file, bytes);
      const received = { file, bytes: bytes.byteLength, crc32c: base64(crc32c(bytes)) };
      await bucketOf(bucket).commit(name, null, received, 'application/octet-stream');
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await uploads.close();
      await rm(folder === undefined ? home : unfinished, { recursive: true, force: true });
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  service: Service,
  faults: Faults,
  watch: NonNullable<GcsStandInOptions['watch']>,
): Promise<void> {
  const call = callOf(request, undefined);
  const { method, path, query, headers } = call;
  const fault = faults.take({ method, path, query, contentRange: headers['content-range'] });
  const tell = (moment: 'received' | 'carried out') =>
    watch(call, moment).catch(() => {
      throw new Broken();
    });
  try {
    await tell('received');
    if (fault?.how === 'drop before') throw new Broken();
    const answer = fault?.how === 'status' ? refused(fault) : await answerTo(callOf(request, fault), service);
    await tell('carried out');
    if (fault?.how === 'drop after') throw new Broken();
    // Unread bytes would be taken for the next request on this connection.
    request.resume();
    await send(response, answer, fault);
  } catch (error) {
    request.destroy();
    response.destroy();
    if (!isOfTheConnection(error)) throw error;
  }
}

async function answerTo(call: Call, service: Service): Promise<Answer> {
  try {
    return await route(call, service);
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error);
    throw error;
  }
}

function refused({ status, reason = 'backendError', retryAfter }: Extract<Fault, { how: 'status' }>): Answer {
  const answer = refusalAnswer(new Refusal(status, reason, `The stand-in was told to answer ${status}.`));
  return retryAfter === undefined ? answer : { ...answer, headers: { 'retry-after': retryAfter } };
}

/** Cut by us, or by the client, which may stop reading or go away at any time. */
function isOfTheConnection(error: unknown): boolean {
  if (error instanceof Broken) return true;
  // Not `instanceof Error`: under Jest, Node's own errors are of another world.
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'].includes(code);
}
