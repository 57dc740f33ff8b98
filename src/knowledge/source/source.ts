import { BridgeError } from '../../core/errors.ts';
import type { KnowledgeConfig, KnowledgeSource } from '../../definitions/knowledge-source/types.ts';
import { CHUNK_DELETE_COUNT_DEFAULT, CHUNK_DELETE_RATIO_DEFAULT } from '../limits.ts';
import { jsonIn, textsIn } from '../store/columns.ts';
import type { SourceTable } from '../store/tables.ts';
import { checkedConfig, type CheckedConfig } from './checked-config.ts';

/** A row of `kb_sources`, checked. */
export interface Source {
  readonly id: string;
  readonly name: string | null;
  readonly tenantId: string;
  readonly title: string;
  readonly checked: CheckedConfig;
  /** The roles that may see the chunks; none means nobody. */
  readonly roles: readonly string[];
  readonly deleteLimit: { readonly count: number; readonly ratio: number };
}

const ROLES_DEFAULT = ['support', 'operations', 'admin'];

export function sourceOf(row: SourceTable): Source {
  const checked = checkedConfig(jsonIn(row.config));
  const ofRow = row.default_allowed_roles === null ? ROLES_DEFAULT : textsIn(row.default_allowed_roles);
  return {
    id: row.id,
    name: row.name,
    tenantId: String(row.tenant_id),
    title: row.title,
    checked:
      ofRow === undefined && checked.config?.allowedRolesOverride === undefined
        ? { problem: checked.problem ?? 'default_allowed_roles is not a list of strings' }
        : checked,
    roles: checked.config?.allowedRolesOverride ?? ofRow ?? [],
    deleteLimit: {
      count: row.delete_limit_count ?? CHUNK_DELETE_COUNT_DEFAULT,
      ratio: row.delete_limit_ratio ?? CHUNK_DELETE_RATIO_DEFAULT,
    },
  };
}

/** @throws BridgeError KNOWLEDGE_SOURCE_INVALID */
export function usableConfig({ checked, id, title }: Source): KnowledgeConfig {
  if (checked.config !== undefined) return checked.config;
  throw invalidSource(`The knowledge source ${title} (${id}) cannot be used: ${checked.problem}.`);
}

export function invalidSource(message: string, cause?: unknown): BridgeError {
  return new BridgeError('KNOWLEDGE_SOURCE_INVALID', message, {
    hint: 'Correct the row in kb_sources, or correct the file and run `kb apply` again.',
    cause,
  });
}

/** A row as a definition, for the operator's policy. A row of another program has its id as its name. */
export function definitionOf(
  { id, name, title, tenantId }: Source,
  config: KnowledgeConfig,
): KnowledgeSource {
  return {
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'KnowledgeSource',
    metadata: { name: name ?? id },
    spec: { type: 'rest', title, tenantId, config },
  };
}
