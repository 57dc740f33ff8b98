import { isSameKey } from '../../core/secrets/managed/canary.ts';
import type { Sealed } from '../../core/secrets/managed/cipher.ts';
import type { KeyRing } from '../../core/secrets/managed/key-ring.ts';
import type { SecretKeyFacts } from '../studio/secrets/managed-secret-service.ts';

/**
 * The state of each configured key, the current one first, and of each key that stored secrets need. Decrypts no secret: the
 * canary of a key proves whether it is the one that was used before.
 */
export function keyFacts(
  secrets: readonly { readonly keyId: string }[],
  canaries: readonly Sealed[],
  ring: KeyRing | undefined,
): SecretKeyFacts[] {
  const counts = new Map<string, number>();
  for (const { keyId } of secrets) counts.set(keyId, (counts.get(keyId) ?? 0) + 1);
  const configured = (ring?.keys ?? []).map(({ id }): SecretKeyFacts => {
    const canary = canaries.find(({ keyId }) => keyId === id);
    const isWrong = ring !== undefined && canary !== undefined && !isSameKey(canary, ring);
    const state = id === ring?.current.id ? 'current' : 'readable';
    return { keyId: id, state: isWrong ? 'wrong' : state, secrets: counts.get(id) ?? 0 };
  });
  const missing = [...counts]
    .filter(([keyId]) => ring?.find(keyId) === undefined)
    .map(([keyId, count]): SecretKeyFacts => ({ keyId, state: 'missing', secrets: count }));
  return [...configured, ...missing];
}
