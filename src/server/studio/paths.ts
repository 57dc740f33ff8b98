/** The paths of the pages of Studio. */
export const STUDIO_PATH = '/studio';
export const CATALOG_PATH = '/studio/connectors';
export const PROPOSALS_PATH = '/studio/proposals';
export const SECRETS_PATH = '/studio/secrets';
export const AUDIT_PATH = '/studio/audit';

export const NEW_CONNECTOR_PATH = '/studio/connectors/new';
export const DRAFTS_PATH = '/studio/drafts';

/** The editor of a draft. */
export function draftPath(id: string): string {
  return `${STUDIO_PATH}/drafts/${encodeURIComponent(id)}`;
}

/** The page of one proposal. */
export function proposalPath(id: string): string {
  return `${PROPOSALS_PATH}/${encodeURIComponent(id)}`;
}

/** The read-only page of one connector. */
export function catalogPath(id: string): string {
  return `${CATALOG_PATH}/${encodeURIComponent(id)}`;
}

/** A page about one connector. */
export function connectorPath(
  id: string,
  page: 'edit' | 'clone' | 'delete' | 'pause' | 'resume' | 'run',
): string {
  return `${CATALOG_PATH}/${encodeURIComponent(id)}/${page}`;
}

/** A page about one managed secret. */
export function secretPath(name: string, page: 'edit' | 'delete'): string {
  return `${SECRETS_PATH}/${encodeURIComponent(name)}/${page}`;
}

/** A run that "run now" started. It leads to Ops once the run has begun. */
export function startedPath(runId: string): string {
  return `${STUDIO_PATH}/runs/${encodeURIComponent(runId)}`;
}

/** A page or file of a draft beside its editor. */
export function draftPartPath(
  id: string,
  page: 'discard' | 'patch' | 'preview' | 'propose' | 'resolve',
): string {
  return `${draftPath(id)}/${page}`;
}
