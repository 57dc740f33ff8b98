import { TOKEN_EXPIRY_WARNING_DAYS } from '../limits.ts';

const DAY_MS = 86_400_000;

/** A sentence about a token that expires soon; undefined if it is valid for longer. */
export function tokenExpiryWarning(expires: Date | undefined, now: Date): string | undefined {
  if (expires === undefined) return undefined;
  const leftMs = expires.getTime() - now.getTime();
  if (leftMs > TOKEN_EXPIRY_WARNING_DAYS * DAY_MS) return undefined;
  return `The token of GitHub expires on ${expires.toISOString().slice(0, 10)}.`;
}

export const TOKEN_EXPIRY_FIX = 'Create a new token, and set GITHUB_TOKEN to it.';
