import { open, seal, type Sealed } from './cipher.ts';
import type { KeyRing, ManagedKey } from './key-ring.ts';

const CANARY_TEXT = 'this key is the one that its id promises';

/** A text that is stored once for each key id and proves whether a configured key is the one that was used before. */
export function sealCanary(key: ManagedKey): Sealed {
  return seal('key-canary', key.id, CANARY_TEXT, key);
}

export function isSameKey(canary: Sealed, ring: KeyRing): boolean {
  return open('key-canary', canary.keyId, canary, ring) === CANARY_TEXT;
}
