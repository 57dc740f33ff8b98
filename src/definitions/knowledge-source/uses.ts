import { textAt } from '../draft.ts';
import type { DefinitionUses, SecretReference } from '../uses.ts';
import { BASE_URL, CONFIG, DEFAULT_PROVIDER, requiresAuth } from './config-fields.ts';

/** What a knowledge source names. The embedding API is the operator's, so it is not a part of it. */
export function knowledgeSourceUses(source: unknown): DefinitionUses {
  const secrets = secretReferences(source);
  const address = textAt(source, BASE_URL);
  const server = { path: BASE_URL, address: address ?? '', secretRefs: secrets.map(({ ref }) => ref) };
  return { secrets, servers: address === undefined ? [] : [server], files: [] };
}

/** The secret of a source, which is read only if it requires one. */
export function secretReferences(source: unknown): SecretReference[] {
  if (!requiresAuth(source)) return [];
  for (const path of [`${CONFIG}.secretRef`, `${CONFIG}.provider`]) {
    const ref = textAt(source, path);
    if (ref !== undefined && ref !== '') return [{ path, ref }];
  }
  return [{ path: `${CONFIG}.requiresAuth`, ref: DEFAULT_PROVIDER }];
}
