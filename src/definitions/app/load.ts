import type { CheckFileOptions } from '../files/check-file.ts';
import { loadDefinition } from '../files/load-definition.ts';
import { appKind } from './kind.ts';
import type { App } from './types.ts';

/**
 * Reads one app. Warnings do not fail it, and secrets are not checked.
 * @throws BridgeError CONNECTOR_FILE_UNREADABLE, or APP_INVALID with every problem on a line of its own; POLICY_REFUSED for a
 *   valid app that the policy does not allow.
 */
export function loadApp(path: string, options: Pick<CheckFileOptions, 'policy'> = {}): Promise<App> {
  return loadDefinition(path, appKind, options);
}
