import type { StoredObject } from './bucket.ts';

/** An object as the JSON API describes it. Sizes and generations are strings there. */
export function resourceOf(bucket: string, object: StoredObject): Record<string, unknown> {
  const { name, bytes, crc32c, generation, contentType, createdAt } = object;
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    name,
    bucket,
    generation,
    metageneration: '1',
    contentType,
    storageClass: 'STANDARD',
    size: String(bytes),
    crc32c,
    etag: `etag-${generation}`,
    timeCreated: createdAt,
    updated: createdAt,
  };
}
