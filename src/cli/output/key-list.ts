import type { AccessKey } from '../../core/secrets/access-key.ts';
import { printable } from '../../core/text/printable.ts';

/** A key without its secret, formatted for a program. */
export function keyJson(key: AccessKey, now: Date) {
  return {
    id: key.id,
    name: key.name,
    right: key.right,
    connector_id: key.connectorId,
    status: statusOf(key, now),
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    revoked_at: key.revokedAt,
    last_used_at: key.lastUsedAt,
  };
}

const HEADINGS = ['id', 'right', 'status', 'created', 'expires', 'last used', 'name'];

/** Formats one line per key. */
export function keyTable(keys: readonly AccessKey[], now: Date): string {
  if (keys.length === 0) return 'No keys exist. Create one with: gemini-sync-bridge keys create\n';
  const rows = keys.map((key) => [
    key.id,
    key.connectorId === null ? key.right : `${key.right} ${key.connectorId}`,
    statusOf(key, now),
    dayOf(key.createdAt),
    key.expiresAt === null ? 'never' : dayOf(key.expiresAt),
    key.lastUsedAt === null ? 'never' : dayOf(key.lastUsedAt),
    printable(key.name),
  ]);
  const lines = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function statusOf({ revokedAt, expiresAt }: AccessKey, now: Date): 'active' | 'expired' | 'revoked' {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now.toISOString() ? 'expired' : 'active';
}

function dayOf(moment: string): string {
  return moment.slice(0, 10);
}
