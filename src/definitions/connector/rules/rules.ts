import type { FieldFinding } from '../../problem.ts';
import { deltaFindings } from './delta.ts';
import { fieldFindings } from './fields.ts';
import { fileFindings } from './file.ts';
import { geminiFindings } from './gemini.ts';
import { httpFindings } from './http.ts';
import { scheduleFindings } from './schedule.ts';
import { secretFindings } from './secrets.ts';
import { templateFindings } from './templates.ts';

/**
 * What the schema cannot say about one connector. Each rule looks at what it needs and is silent when that is missing
 * or of another shape, so all of them run on any value and none hides another.
 */
const RULES: readonly ((connector: unknown) => readonly FieldFinding[])[] = [
  scheduleFindings,
  deltaFindings,
  templateFindings,
  fieldFindings,
  fileFindings,
  geminiFindings,
  httpFindings,
  secretFindings,
];

/** All findings of all rules; the connector need not fit the schema. */
export function ruleFindings(connector: unknown): FieldFinding[] {
  return RULES.flatMap((rule) => rule(connector));
}
