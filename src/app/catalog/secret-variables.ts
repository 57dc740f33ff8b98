import { secretVariable } from '../../definitions/connector/secrets/secrets.ts';
import type { KindName } from '../../definitions/files/kind-names.ts';
import { kindNamed, type DefinitionTypes } from '../../definitions/files/kinds.ts';

/** The environment variables of all secrets that a run of a definition needs; sorted, each once. */
export async function secretVariablesOf<Name extends KindName>(
  name: Name,
  definition: DefinitionTypes[Name],
): Promise<readonly string[]> {
  const kind = await kindNamed(name);
  const variables = kind.uses(definition).secrets.map(({ ref }) => secretVariable(ref));
  return [...new Set(variables)].sort();
}
