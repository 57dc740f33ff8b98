/**
 * Compares the references of fields and presets in `docs/` with the schemas and the presets.
 *
 *     npm run check-connector-reference-drift -- [--format text|json|github]
 */
import { parseArgs } from 'node:util';
import { FORMAT_OPTION, formatNamed, runGate } from './drift/gate.ts';
import { generatedDrift } from './drift/generated-drift.ts';
import { CONNECTOR_REFERENCES } from './generate/generators.ts';

await runGate(() => {
  const { values } = parseArgs({ options: FORMAT_OPTION });
  return { format: formatNamed(values.format), find: () => generatedDrift(CONNECTOR_REFERENCES) };
}, 'The references of fields and presets are current.');
