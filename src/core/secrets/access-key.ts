import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * What a key allows its holder to do. `push`: send documents. `read`: see the Ops pages. `author`: write drafts, test them and
 * propose changes; includes `read`. `operate`: start runs; includes `author`. `admin`: everything.
 */
export const RIGHTS = ['push', 'read', 'author', 'operate', 'admin'] as const;
export type Right = (typeof RIGHTS)[number];

const INCLUDED: Readonly<Record<Right, readonly Right[]>> = {
  push: ['push'],
  read: ['read'],
  author: ['author', 'read'],
  operate: ['operate', 'author', 'read'],
  admin: RIGHTS,
};

export function includesRight(held: Right, wanted: Right): boolean {
  return INCLUDED[held].includes(wanted);
}

/** A key as it is stored: everything except the key itself. Times are ISO 8601 text in UTC. */
export interface AccessKey {
  readonly id: string;
  /** For display: the owner and the purpose. */
  readonly name: string;
  readonly right: Right;
  /** The only connector that a push key may push to; null: every connector. */
  readonly connectorId: string | null;
  /** SHA-256 of the whole key, in hex. */
  readonly hash: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  /** The last use, rounded to the hour; null: never. */
  readonly lastUsedAt: string | null;
}

/** In hex, because the id ends at the second underscore, and base64url contains underscores. */
const ID_BYTES = 6;
/** 256 random bits cannot be guessed, however fast the comparison is; slow hashes are only needed for passwords. */
const SECRET_BYTES = 32;
const FORM = /^gsb_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

/** A new key, `gsb_<id>_<secret>`. */
export function generateAccessKey(): { readonly id: string; readonly key: string } {
  const id = randomBytes(ID_BYTES).toString('hex');
  return { id, key: `gsb_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}` };
}

/** The id in a key; undefined for a text that does not have the form of a key. */
export function keyIdOf(text: string): string | undefined {
  return FORM.exec(text)?.[1];
}

/** SHA-256. */
export function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Takes constant time, wherever the two differ. */
export function sameDigest(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
