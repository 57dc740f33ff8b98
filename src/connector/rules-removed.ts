import { valueAt } from './draft.ts';
import type { Finding } from './problem.ts';

const CLIENT_PATH = 'spec.source.oracleClientPath';

/** Keys of earlier versions. The schema only calls them unknown; these findings say what to do instead. */
export function removedKeyFindings(connector: unknown): Finding[] {
  if (valueAt(connector, CLIENT_PATH) === undefined) return [];
  return [
    {
      code: 'removed_key',
      path: CLIENT_PATH,
      message:
        'oracleClientPath is no longer a key of a connector: only the operator decides from where native code is loaded.',
      fix: 'thick: true alone, and the folder in the environment variable ORACLE_CLIENT_LIB_DIR',
    },
  ];
}
