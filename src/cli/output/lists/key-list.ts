import type { AccessKey } from '../../../core/secrets/access-key.ts';
import { printable } from '../../../core/text/printable.ts';
import { aligned } from '../table.ts';
import { wrapIndented } from '../wrap.ts';

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

/**
 * Formats one line per key; if the lines do not fit, a paragraph per key.
 * @param columns the width of the terminal; infinite for other outputs
 */
export function keyTable(keys: readonly AccessKey[], now: Date, columns: number): string {
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
  const lines = aligned([HEADINGS, ...rows]);
  const text = lines.some((line) => line.length > columns) ? paragraphs(rows, columns) : lines.join('\n');
  return `${text}\n`;
}

function paragraphs(rows: readonly (readonly string[])[], columns: number): string {
  const texts = rows.map(
    ([id = '', right = '', status = '', created = '', expires = '', used = '', name = '']) => {
      return `${id}  ${name}\n  ${right}, ${status}, created ${created}, expires ${expires}, last used ${used}`;
    },
  );
  return wrapIndented(texts.join('\n'), columns);
}

function statusOf({ revokedAt, expiresAt }: AccessKey, now: Date): 'active' | 'expired' | 'revoked' {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now.toISOString() ? 'expired' : 'active';
}

function dayOf(moment: string): string {
  return moment.slice(0, 10);
}
