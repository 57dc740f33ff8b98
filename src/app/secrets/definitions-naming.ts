import type { Catalog } from '../catalog/catalog.ts';
import { checkDefinitionsUnderPolicy, type PolicyPlace } from '../catalog/policy.ts';
import type { App } from '../../definitions/app/types.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import { KIND_NOUNS } from '../../definitions/files/kind-names.ts';
import { kindNamed } from '../../definitions/files/kinds.ts';
import type { KnowledgeSource } from '../../definitions/knowledge-source/types.ts';

type Definition = Connector | KnowledgeSource | App;

/** Finds the definitions of a server's catalog that name a secret. */
export function namedInCatalog(catalog: Catalog): (secret: string) => Promise<string[]> {
  return async (secret) => {
    const { connectors, knowledgeSources, apps } = await catalog.current();
    const definitions = [
      ...[...connectors.values()].map(({ connector }) => connector),
      ...[...knowledgeSources.values()].map(({ knowledgeSource }) => knowledgeSource),
      ...[...apps.values()].map(({ app }) => app),
    ];
    return naming(secret, definitions);
  };
}

/** Finds the definitions of a folder that name a secret. Files with errors are left out, and so is a folder that does not exist. */
export function namedInFolder(directory: string, place: PolicyPlace): (secret: string) => Promise<string[]> {
  return async (secret) => {
    const { connectors, knowledgeSources, apps } = await checkDefinitionsUnderPolicy([directory], place);
    const definitions = [
      ...connectors.map(({ connector }) => connector),
      ...knowledgeSources.map(({ knowledgeSource }) => knowledgeSource),
      ...apps.map(({ app }) => app),
    ];
    return naming(secret, definitions);
  };
}

/** The nouns and names of the definitions that name a secret, such as `connector people`. */
async function naming(secret: string, definitions: readonly Definition[]): Promise<string[]> {
  const found: string[] = [];
  for (const definition of definitions) {
    const kind = await kindNamed(definition.kind);
    if (kind.uses(definition).secrets.some(({ ref }) => ref === secret)) {
      found.push(`${KIND_NOUNS[definition.kind]} ${definition.metadata.name}`);
    }
  }
  return found;
}
