import { appPresetReference } from './app-preset-reference.ts';
import { cliReference } from './cli-reference.ts';
import { errorReference } from './error-reference.ts';
import { exitStatusTables } from './exit-status-tables.ts';
import { fieldReference } from './field-reference.ts';
import type { GeneratedPage } from './generated-page.ts';
import { kestraFlowFiles } from './kestra-flow-files.ts';
import { limitReference } from './limit-reference.ts';
import { openApi } from './openapi.ts';
import { presetReference } from './preset-reference.ts';

export type Generator = () => Promise<readonly GeneratedPage[]>;

/** Everything that is generated from the fields of definitions and from presets. */
export const CONNECTOR_REFERENCES: readonly Generator[] = [
  fieldReference,
  presetReference,
  appPresetReference,
];

/** Makes every file that is generated from the source. */
export const GENERATORS: readonly Generator[] = [
  errorReference,
  limitReference,
  cliReference,
  exitStatusTables,
  openApi,
  kestraFlowFiles,
  ...CONNECTOR_REFERENCES,
];
