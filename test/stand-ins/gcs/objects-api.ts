import type { Bucket, StoredObject } from './bucket.ts';
import { Refusal, type Answer, type Call } from './exchange.ts';
import { resourceOf } from './resource.ts';

/** `GET /storage/v1/b/{bucket}/o` */
export function listObjects(call: Call, bucket: Bucket, pageObjects: number): Answer {
  const prefix = call.query.get('prefix') ?? '';
  const delimiter = call.query.get('delimiter') ?? '';
  const token = call.query.get('pageToken') ?? '';
  const most = Number(call.query.get('maxResults') ?? pageObjects);
  if (!Number.isInteger(most) || most < 1) throw new Refusal(400, 'invalid', 'Invalid maxResults.');
  // An object that is deleted between two pages must not hide others.
  const entries = entriesOf(bucket.all(prefix), prefix, delimiter).filter(({ key }) => isAfter(key, token));
  const page = entries.slice(0, Math.min(most, pageObjects));
  const last = page.at(-1);
  const more = last !== undefined && page.length < entries.length;
  const items = page.flatMap(({ object }) => (object === undefined ? [] : [resourceOf(bucket.name, object)]));
  const prefixes = page.flatMap(({ key, object }) => (object === undefined ? [key] : []));
  const json = {
    kind: 'storage#objects',
    ...(items.length > 0 ? { items } : {}),
    ...(prefixes.length > 0 ? { prefixes } : {}),
    ...(more ? { nextPageToken: tokenOf(last.key) } : {}),
  };
  return { status: 200, json };
}

interface Entry {
  readonly key: string;
  /** Undefined for the common beginning of several objects. */
  readonly object: StoredObject | undefined;
}

function entriesOf(objects: StoredObject[], prefix: string, delimiter: string): Entry[] {
  const entries = new Map<string, Entry>();
  for (const object of objects) {
    const end = delimiter === '' ? -1 : object.name.indexOf(delimiter, prefix.length);
    const key = end < 0 ? object.name : object.name.slice(0, end + delimiter.length);
    entries.set(key, { key, object: end < 0 ? object : undefined });
  }
  return [...entries.values()];
}

function tokenOf(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function isAfter(key: string, token: string): boolean {
  return token === '' || Buffer.compare(Buffer.from(key), Buffer.from(token, 'base64url')) > 0;
}

/** `GET /storage/v1/b/{bucket}/o/{object}`: its description, or with `alt=media` its content. */
export function getObject(call: Call, bucket: Bucket, name: string): Answer {
  const object = bucket.get(name);
  const generation = call.query.get('generation');
  if (generation !== null && generation !== object.generation) {
    throw new Refusal(404, 'notFound', `No such object: ${bucket.name}/${name}#${generation}`);
  }
  bucket.check(name, call.query.get('ifGenerationMatch'));
  if (call.query.get('alt') !== 'media') return { status: 200, json: resourceOf(bucket.name, object) };
  const range = /^bytes=(\d+)-(\d*)$/.exec(call.headers.range ?? '');
  const start = Number(range?.[1] ?? 0);
  const end = Math.min(object.bytes - 1, Number(range?.[2] === '' ? Infinity : (range?.[2] ?? Infinity)));
  if (range !== null && start >= object.bytes) {
    throw new Refusal(416, 'requestedRangeNotSatisfiable', 'Request range not satisfiable');
  }
  const headers: Record<string, string> = {
    'content-type': object.contentType,
    'accept-ranges': 'bytes',
    'x-goog-hash': `crc32c=${object.crc32c}`,
    'x-goog-generation': object.generation,
    'x-goog-stored-content-encoding': 'identity',
    'x-goog-stored-content-length': String(object.bytes),
  };
  if (range !== null) headers['content-range'] = `bytes ${start}-${end}/${object.bytes}`;
  return { status: range === null ? 200 : 206, headers, media: { file: object.file, start, end } };
}
