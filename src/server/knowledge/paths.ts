/** The paths of the pages of knowledge sources. */
export const SOURCES_PATH = '/backoffice/rest-sources';

export function syncPath(id: string): string {
  return `${SOURCES_PATH}/${encodeURIComponent(id)}/sync`;
}

export function deletePath(id: string): string {
  return `${SOURCES_PATH}/${encodeURIComponent(id)}/delete`;
}

/** The card of a source on the page of all sources. */
export function cardId(id: string): string {
  return `source-${id}`;
}
