import { SECRET_DISTINCT_CHARACTERS_MIN } from '../limits.ts';

/**
 * Why a secret that clients send in a header, or that signs, cannot be used: it could be guessed, or no client could send it.
 * @returns the rest of a sentence that begins with the name of the secret, without its value; undefined if it can be used
 */
export function secretFault(value: string, charactersMin: number): string | undefined {
  if (value.length < charactersMin || !/^[\x21-\x7e]+$/.test(value)) {
    return `must have at least ${charactersMin} characters, all of them printable ASCII without spaces`;
  }
  if (new Set(value).size < SECRET_DISTINCT_CHARACTERS_MIN) {
    return `must have at least ${SECRET_DISTINCT_CHARACTERS_MIN} different characters, and at least ${charactersMin} in total`;
  }
  if (isRepetition(value) || isSequence(value)) {
    return `must not be a repeated word or a sequence, and must have at least ${charactersMin} characters`;
  }
  return undefined;
}

/** Whether the value repeats its beginning, such as "passwordpassword"; the last repetition may be incomplete. */
function isRepetition(value: string): boolean {
  for (let period = 1; period <= value.length / 2; period++) {
    if (value.startsWith(value.slice(period))) return true;
  }
  return false;
}

/** Whether most characters follow their neighbour in the alphabet or equal it, such as "1234567890123456". */
function isSequence(value: string): boolean {
  let steps = 0;
  for (let at = 1; at < value.length; at++) {
    if (Math.abs(value.charCodeAt(at) - value.charCodeAt(at - 1)) <= 1) steps += 1;
  }
  return steps >= (value.length - 1) * 0.75;
}
