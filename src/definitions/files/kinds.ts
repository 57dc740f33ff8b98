import type { App } from '../app/types.ts';
import type { Connector } from '../connector/types.ts';
import type { KnowledgeSource } from '../knowledge-source/types.ts';
import type { DefinitionKind } from './kind.ts';
import type { KindName } from './kind-names.ts';

export interface DefinitionTypes {
  readonly Connector: Connector;
  readonly KnowledgeSource: KnowledgeSource;
  readonly App: App;
}

type Loaders = { readonly [Name in KindName]: () => Promise<DefinitionKind<DefinitionTypes[Name]>> };

/** A kind is loaded when a file of it is checked, so that a folder of connectors costs nothing more. */
const LOADERS: Loaders = {
  Connector: async () => (await import('../connector/kind.ts')).connectorKind,
  KnowledgeSource: async () => (await import('../knowledge-source/kind.ts')).knowledgeSourceKind,
  App: async () => (await import('../app/kind.ts')).appKind,
};

export function kindNamed<Name extends KindName>(name: Name): Promise<DefinitionKind<DefinitionTypes[Name]>> {
  return LOADERS[name]();
}
