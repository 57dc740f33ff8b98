import { BridgeError } from '../../core/errors.ts';
import type { DefinitionWords } from '../../rest/definition-words.ts';
import { invalidSource } from '../source/source.ts';

/** The names of a source's fields in messages about its listing. */
export const KNOWLEDGE_WORDS: DefinitionWords = {
  at: (field) => `config.${field}`,
  host: 'config.baseUrl',
  kind: 'knowledge source',
  paginationDocs: 'docs/knowledge-sources.md',
  restart: 'run `kb sync --restart`',
};

/** What the reader of REST APIs calls the fields, and what `config` calls them. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/\bconfig\.url\b/g, 'config.baseUrl'],
  [
    /\bconfig\.recordsPath, for example data\.items; data\.\* for the values of a map, and \$/g,
    'config.itemsPath, for example data.items, and $',
  ],
  [/\bconfig\.recordsPath\b/g, 'config.itemsPath'],
  [/\bconfig\.pagination\.pageSizeField and pageSize\b/g, 'config.pageSizeParam and defaultPageSize'],
  [
    /\bconfig\.pagination\.pageSize(?:Field)?, or raise config\.requestTimeoutSeconds/g,
    'config.defaultPageSize',
  ],
  [/\bconfig\.pagination\b/g, 'config.cursorParam, nextCursorPath and cursorStyle'],
];

/** Returns an error of the reader with the names that the config of a source has. */
export function inWordsOfConfig(thrown: unknown): unknown {
  if (!(thrown instanceof BridgeError)) return thrown;
  const { code, message, hint, nextRunAfter } = thrown;
  if (code === 'CONNECTOR_INVALID') return invalidSource(named(message), thrown);
  return new BridgeError(code, named(message), {
    hint: hint === undefined ? undefined : named(hint),
    nextRunAfter,
    cause: thrown,
  });
}

function named(text: string): string {
  return NAMES.reduce((whole, [pattern, name]) => whole.replaceAll(pattern, name), text);
}
