import { valueAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';

const CLIENT_PATH = 'spec.source.oracleClientPath';

/** Keys of earlier versions. The schema only reports them as unknown; these findings name the replacement. */
export function removedKeyFindings(connector: unknown): FieldFinding[] {
  if (valueAt(connector, CLIENT_PATH) === undefined) return [];
  return [
    {
      code: 'removed_key',
      path: CLIENT_PATH,
      message:
        'oracleClientPath was removed from connectors: only the operator chooses the folder from which native code is loaded.',
      fix: 'only thick: true, and set the folder in the environment variable ORACLE_CLIENT_LIB_DIR',
    },
  ];
}
