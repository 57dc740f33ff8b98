import { secretFields } from '../../../app/studio/secrets/secret-fields.ts';
import type {
  ManagedSecretFacts,
  ManagedSecretService,
  SecretKeyFacts,
} from '../../../app/studio/secrets/managed-secret-service.ts';
import { amount } from '../../../core/text/count-text.ts';
import { printable } from '../../../core/text/printable.ts';
import { aligned } from '../table.ts';
import { wrapIndented } from '../wrap.ts';

type Listed = Awaited<ReturnType<ManagedSecretService['list']>>;

/** Secrets without their values, formatted for a program. */
export function secretsJson({ secrets, keys }: Listed) {
  return {
    secrets: secrets.map(secretFields),
    keys: keys.map(({ keyId, state, secrets: count }) => ({ key_id: keyId, state, secrets: count })),
  };
}

const HEADINGS = ['name', 'key', 'changed', 'by', 'last used', 'hosts', 'connectors', 'note'];

/**
 * One line per secret, then one per key, then what needs attention.
 * @param columns the width of the terminal; infinite for other outputs
 */
export function secretsText({ secrets, keys }: Listed, columns: number): string {
  const list =
    secrets.length === 0
      ? 'No secrets are stored. Store one with: gemini-sync-bridge secrets set NAME < FILE'
      : tableOf(secrets, columns);
  const lines = [list, ...keyLines(keys), ...secrets.flatMap(shadowLine)];
  return `${lines.join('\n')}\n`;
}

function tableOf(secrets: readonly ManagedSecretFacts[], columns: number): string {
  const rows = secrets.map((secret) => [
    secret.name,
    secret.keyId,
    dayOf(secret.updatedAt),
    printable(secret.updatedBy),
    secret.lastUsedAt === null ? 'never' : dayOf(secret.lastUsedAt),
    secret.allowedHosts.join(' ') || 'any',
    secret.allowedConnectors.join(' ') || 'any',
    printable(secret.note),
  ]);
  const lines = aligned([HEADINGS, ...rows]);
  if (lines.every((line) => line.length <= columns)) return lines.join('\n');
  const texts = rows.map(
    ([name = '', key = '', changed = '', by = '', used = '', hosts = '', names = '', note = '']) => {
      const about = `key ${key}, changed ${changed} by ${by}, last used ${used}`;
      return `${name}${note === '' ? '' : `  ${note}`}\n  ${about}\n  hosts ${hosts}; connectors ${names}`;
    },
  );
  return wrapIndented(texts.join('\n'), columns).trimEnd();
}

const KEY_TEXTS: Readonly<Record<SecretKeyFacts['state'], string>> = {
  current: 'encrypts new values',
  readable: 'can be removed from MANAGED_SECRET_ENCRYPTION_KEY once no secret and no backup needs it',
  missing: 'MISSING from MANAGED_SECRET_ENCRYPTION_KEY: its secrets cannot be read',
  wrong: 'WRONG: it is not the key that was used before under this id',
};

function keyLines(keys: readonly SecretKeyFacts[]): string[] {
  if (keys.length === 0) return ['No keys are set. Make one with: gemini-sync-bridge secrets new-key'];
  return keys.map(
    ({ keyId, state, secrets }) => `Key ${keyId}, ${amount(secrets, 'secret')}: ${KEY_TEXTS[state]}.`,
  );
}

function shadowLine({ name, alsoInVariable }: ManagedSecretFacts): string[] {
  return alsoInVariable === null
    ? []
    : [`${alsoInVariable} is set too, and not used: the stored secret ${name} takes precedence.`];
}

function dayOf(moment: string): string {
  return moment.slice(0, 10);
}
