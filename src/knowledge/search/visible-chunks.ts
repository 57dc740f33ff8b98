import type { Database } from '../../database/database.ts';
import type { SearchQuery } from '../knowledge.ts';

/** A condition of SQL with its bindings. */
export interface Condition {
  readonly sql: string;
  readonly bindings: readonly string[];
}

/** The chunks `c` that a tenant's roles may see. A chunk without roles, or with unreadable ones, is seen by no role. */
export function visibleChunks(
  { dialect }: Pick<Database, 'dialect'>,
  { tenantId, roles }: Pick<SearchQuery, 'tenantId' | 'roles'>,
): Condition {
  const seen =
    dialect.engine === 'postgres'
      ? `c.allowed_roles && array(${dialect.jsonTexts})`
      : `exists (select 1 from json_each(case when json_valid(c.allowed_roles) then c.allowed_roles else '[]' end) role
          where role.type = 'text' and role.value in (${dialect.jsonTexts}))`;
  return { sql: `c.tenant_id = ? and ${seen}`, bindings: [tenantId, JSON.stringify(roles)] };
}
