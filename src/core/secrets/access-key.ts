import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * What a key lets its holder do. `push`: send documents. `read`: see what Ops shows. `operate`: start runs and propose
 * changes, which takes `read`. `admin`: everything.
 */
export const RIGHTS = ['push', 'read', 'operate', 'admin'] as const;
export type Right = (typeof RIGHTS)[number];

const INCLUDED: Readonly<Record<Right, readonly Right[]>> = {
  push: ['push'],
  read: ['read'],
  operate: ['operate', 'read'],
  admin: RIGHTS,
};

export function includesRight(held: Right, wanted: Right): boolean {
  return INCLUDED[held].includes(wanted);
}

/** A key as it is stored: all about it but the key itself. Moments are ISO 8601 text in UTC. */
export interface AccessKey {
  readonly id: string;
  /** For people: whose it is, and what for. */
  readonly name: string;
  readonly right: Right;
  /** The one connector that a push key is for; null: every connector. */
  readonly connectorId: string | null;
  /** SHA-256 of the whole key, in hex. */
  readonly hash: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  /** To the hour; null: never. */
  readonly lastUsedAt: string | null;
}

/** Hex, for the id ends at the second underscore, and base64url has underscores. */
const ID_BYTES = 6;
/** Nobody guesses 256 random bits, however fast the comparison: that is what slow hashes for passwords are for. */
const SECRET_BYTES = 32;
const FORM = /^gsb_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

/** A new key, `gsb_<id>_<secret>`. */
export function generateAccessKey(): { readonly id: string; readonly key: string } {
  const id = randomBytes(ID_BYTES).toString('hex');
  return { id, key: `gsb_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}` };
}

/** The id in a key; undefined for what has not the form of one. */
export function keyIdOf(text: string): string | undefined {
  return FORM.exec(text)?.[1];
}

/** SHA-256. */
export function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Takes the same time wherever the two differ. */
export function sameDigest(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
