import type { ManagedSecretFacts } from './managed-secret-service.ts';

/** A secret without its value, in the spelling of JSON output. */
export function secretFields(secret: ManagedSecretFacts) {
  return {
    name: secret.name,
    key_id: secret.keyId,
    created_at: secret.createdAt,
    created_by: secret.createdBy,
    updated_at: secret.updatedAt,
    updated_by: secret.updatedBy,
    last_used_at: secret.lastUsedAt,
    allowed_hosts: [...secret.allowedHosts],
    allowed_connectors: [...secret.allowedConnectors],
    note: secret.note,
    also_in_variable: secret.alsoInVariable,
  };
}
