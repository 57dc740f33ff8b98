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

/** A page about one connector. */
export function connectorPath(
  id: string,
  page: 'edit' | 'clone' | 'delete' | 'pause' | 'resume' | 'run',
): string {
  return `${CATALOG_PATH}/${encodeURIComponent(id)}/${page}`;
}

/** A page about a draft. */
export function draftPagePath(id: string, page: 'preview' | 'propose' | 'discard'): string {
  return `${draftPath(id)}/${page}`;
}
