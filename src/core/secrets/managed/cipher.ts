import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { KeyRing, ManagedKey } from './key-ring.ts';

const ALGORITHM = 'aes-256-gcm';
/** The length that GCM takes as it is; random nonces of this length are safe for 2^32 encryptions with a key. */
const NONCE_BYTES = 12;
/** Without this option a decipher accepts a tag of 4 bytes, which can be guessed. */
const TAG_BYTES = 16;
/** The layout of a sealed text and of what it is bound to. Another layout, such as a wrapped key, gets another number. */
export const FORMAT_VERSION = 2;
/** Sealed texts of this layout are not bound to their limits. Rotation seals them again. */
const FORMAT_WITHOUT_LIMITS = 1;

/** What a sealed text is for, so that one kind cannot be put in the place of the other. */
export type Purpose = 'managed-secret' | 'key-canary';

/** An encrypted text as it is stored. */
export interface Sealed {
  readonly keyId: string;
  readonly formatVersion: number;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
  /** Readable texts beside it that limit its use. It opens only with the same ones. */
  readonly limits: readonly string[];
}

/** Encrypts a text. It opens only for the same purpose, name, key id and limits. */
export function seal(
  purpose: Purpose,
  name: string,
  text: string,
  key: ManagedKey,
  limits: readonly string[] = [],
): Sealed {
  const nonce = randomBytes(NONCE_BYTES);
  const bound = { keyId: key.id, formatVersion: FORMAT_VERSION, limits };
  const cipher = createCipheriv(ALGORITHM, key.bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(purpose, name, bound));
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return { ...bound, nonce, ciphertext, tag: cipher.getAuthTag() };
}

/**
 * Decrypts a text.
 * @returns undefined if the key is missing or another one, or if anything of the sealed text, its purpose, its name or its limits was
 *   changed; the reasons are not told apart
 */
export function open(purpose: Purpose, name: string, sealed: Sealed, ring: KeyRing): string | undefined {
  const key = ring.find(sealed.keyId);
  const { formatVersion, nonce, ciphertext, tag } = sealed;
  if (key === undefined || ![FORMAT_WITHOUT_LIMITS, FORMAT_VERSION].includes(formatVersion)) return undefined;
  if (nonce.length !== NONCE_BYTES || tag.length !== TAG_BYTES) return undefined;
  const decipher = createDecipheriv(ALGORITHM, key.bytes, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(purpose, name, sealed));
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

/** The associated data: every part with its length before it, so that two different lists of parts never give the same bytes. */
function boundTo(
  purpose: Purpose,
  name: string,
  { keyId, formatVersion, limits }: Pick<Sealed, 'keyId' | 'formatVersion' | 'limits'>,
): Buffer {
  const bound = formatVersion === FORMAT_WITHOUT_LIMITS ? [] : limits;
  const parts = ['gemini-sync-bridge', purpose, String(formatVersion), name, keyId, ...bound];
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}
