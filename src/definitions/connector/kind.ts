import { textAt } from '../draft.ts';
import type { DefinitionKind } from '../files/kind.ts';
import { expandPreset } from '../presets/expand.ts';
import { OUTPUT_PREFIX, setFindings } from './across-files.ts';
import { plaintextFindings } from './rules/plaintext.ts';
import { removedKeyFindings } from './rules/removed.ts';
import { ruleFindings } from './rules/rules.ts';
import { isConnector, shapeFindings } from './schema/schema.ts';
import { MAIN_SECRET_PATH } from './secrets/secret-references.ts';
import type { Connector } from './types.ts';
import { connectorUses } from './uses.ts';

/** How connector files are checked. */
export const connectorKind: DefinitionKind<Connector> = {
  name: 'Connector',
  invalid: 'CONNECTOR_INVALID',
  isShaped: isConnector,
  expand: expandPreset,
  shapeFindings,
  removedKeyFindings,
  ruleFindings: (connector, allowsInClear) => [
    ...ruleFindings(connector),
    ...plaintextFindings(connector, allowsInClear),
  ],
  uses: connectorUses,
  secretHint(connector, path) {
    const sourceType = path === MAIN_SECRET_PATH ? textAt(connector, 'spec.source.type') : undefined;
    const isPush = textAt(connector, 'spec.mode') === 'rest_push';
    return {
      ...(sourceType === undefined ? {} : { sourceType }),
      who: isPush ? 'a server that takes it from producers' : 'a run',
    };
  },
  setPaths: [OUTPUT_PREFIX],
  setFindings,
};
