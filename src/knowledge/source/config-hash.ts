import { hash } from 'node:crypto';
import type { KnowledgeConfig } from '../../definitions/knowledge-source/types.ts';

/** The keys that change neither which items a listing has nor what is stored of them. */
const IRRELEVANT: ReadonlySet<string> = new Set<keyof KnowledgeConfig>([
  'allowedRolesOverride',
  'ifModifiedSinceHeader',
  'ifNoneMatchHeader',
  'provider',
  'requiresAuth',
  'secretRef',
]);

/** A hash of what defines the listing: a pass that began with another one cannot be continued. */
export function listingHash(config: KnowledgeConfig): string {
  return hashOf(Object.entries(config).filter(([key]) => !IRRELEVANT.has(key)));
}

/** A hash of everything that decides what a pass stores, beside the listing itself. */
export function contentHashOf(
  config: KnowledgeConfig,
  { roles, embedder, tenantId, title }: ContentFacts,
): string {
  return hashOf([...Object.entries(config), ['', [roles, embedder, tenantId, title]]]);
}

function hashOf(entries: readonly (readonly [string, unknown])[]): string {
  return hash('sha256', canonical(Object.fromEntries(entries)), 'hex');
}

/** JSON with sorted keys: jsonb keeps no order. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

interface ContentFacts {
  readonly roles: readonly string[];
  /** The name of the embedder. */
  readonly embedder: string;
  readonly tenantId: string;
  /** The title of the source. */
  readonly title: string;
}
