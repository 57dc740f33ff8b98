import type { Bucket } from './bucket.ts';
import { Refusal, type Answer, type Call } from './exchange.ts';
import { getBucket, getPolicy, testPermissions, type Access } from './iam-api.ts';
import { getObject, listObjects } from './objects-api.ts';
import type { Uploads } from './uploads.ts';

/** A parameter that does something at Google's and nothing here would make a test lie. */
const PARAMETERS = new Set([
  'alt',
  'delimiter',
  'fields',
  'generation',
  'ifGenerationMatch',
  'maxResults',
  'name',
  'optionsRequestedPolicyVersion',
  'pageToken',
  'permissions',
  'prefix',
  'prettyPrint',
  'uploadType',
  'upload_id',
]);

export interface Service {
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly uploads: Uploads;
  readonly pageObjects: number;
  readonly url: string;
  readonly access: Access;
}

/** Answers a call as the JSON API of Cloud Storage would. @throws Refusal */
export async function route(call: Call, service: Service): Promise<Answer> {
  for (const name of call.query.keys()) {
    if (!PARAMETERS.has(name)) throw new Refusal(400, 'invalidParameter', `This stand-in has no ${name}.`);
  }
  const [, upload, bucketPart = '', rest = ''] =
    /^(\/upload)?\/storage\/v1\/b\/([^/]+)(\/.*)?$/.exec(call.path) ?? [];
  const bucket = service.buckets.get(decodeURIComponent(bucketPart));
  if (bucketPart === '') throw new Refusal(404, 'notFound', `No such path: ${call.path}`);
  if (bucket === undefined) throw new Refusal(404, 'notFound', 'The specified bucket does not exist.');
  if (upload !== undefined && rest === '/o') return await service.uploads.handle(call, bucket, service.url);
  if (upload !== undefined) throw new Refusal(404, 'notFound', `No such path: ${call.path}`);
  return await bucketRoute(call, bucket, rest, service);
}

async function bucketRoute(
  call: Call,
  bucket: Bucket,
  rest: string,
  { pageObjects, access }: Service,
): Promise<Answer> {
  const object = rest.startsWith('/o/') ? decodeURIComponent(rest.slice('/o/'.length)) : undefined;
  if (call.method === 'GET') {
    if (object !== undefined) return getObject(call, bucket, object);
    if (rest === '/o') return listObjects(call, bucket, pageObjects);
    if (rest === '/iam/testPermissions') return testPermissions(call, access);
    if (rest === '/iam') return getPolicy(bucket, access);
    if (rest === '') return getBucket(bucket, access);
  }
  if (call.method === 'DELETE' && object !== undefined) {
    await bucket.remove(object, call.query.get('ifGenerationMatch'));
    return { status: 204 };
  }
  throw new Refusal(404, 'notFound', `No such method: ${call.method} ${call.path}`);
}
