import type { CheckFileOptions } from '../files/check-file.ts';
import { loadDefinition } from '../files/load-definition.ts';
import { connectorKind } from './kind.ts';
import type { Connector } from './types.ts';

/**
 * Reads one connector. Warnings do not fail it, and secrets are not checked: `resolveSecret` does that when a secret is needed.
 * @throws BridgeError CONNECTOR_FILE_UNREADABLE, or CONNECTOR_INVALID with every problem on a line of its own; POLICY_REFUSED for
 *   a valid connector that the policy does not allow.
 */
export function loadConnector(
  path: string,
  options: Pick<CheckFileOptions, 'policy'> = {},
): Promise<Connector> {
  return loadDefinition(path, connectorKind, options);
}
