import type { DefinitionWords } from '../../rest/definition-words.ts';

/** How the messages about a listing name the fields of a connector. */
export const CONNECTOR_WORDS: DefinitionWords = {
  path: 'source',
  kind: 'connector',
  paginationDocs: 'docs/connector-mode-rest-pull.md',
  restart: 'run once with --full',
};
