import type { CheckFileOptions } from '../files/check-file.ts';
import { loadDefinition } from '../files/load-definition.ts';
import { knowledgeSourceKind } from './kind.ts';
import type { KnowledgeSource } from './types.ts';

/**
 * Reads one knowledge source. Warnings do not fail it, and secrets are not checked.
 * @throws BridgeError CONNECTOR_FILE_UNREADABLE, or KNOWLEDGE_SOURCE_INVALID with every problem on a line of its own; POLICY_REFUSED for a
 *   valid knowledge source that the policy does not allow.
 */
export function loadKnowledgeSource(
  path: string,
  options: Pick<CheckFileOptions, 'policy'> = {},
): Promise<KnowledgeSource> {
  return loadDefinition(path, knowledgeSourceKind, options);
}
