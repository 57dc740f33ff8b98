/** The values of `kind` in the files of a folder of definitions. */
export const KIND_NAMES = ['Connector', 'KnowledgeSource', 'App'] as const;

export type KindName = (typeof KIND_NAMES)[number];

/** The noun for a definition of a kind, in messages. */
export const KIND_NOUNS: Readonly<Record<KindName, string>> = {
  Connector: 'connector',
  KnowledgeSource: 'knowledge source',
  App: 'app',
};

export function isKindName(value: unknown): value is KindName {
  return KIND_NAMES.some((name) => name === value);
}
