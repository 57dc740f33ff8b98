import type { Finding } from './problem.ts';
import { deltaFindings } from './rules-delta.ts';
import { fieldFindings } from './rules-fields.ts';
import { fileFindings } from './rules-file.ts';
import { geminiFindings } from './rules-gemini.ts';
import { httpFindings } from './rules-http.ts';
import { scheduleFindings } from './rules-schedule.ts';
import { secretFindings } from './rules-secrets.ts';
import { templateFindings } from './rules-templates.ts';

/**
 * What the schema cannot say about one connector. Each rule looks at what it needs and is silent when that is missing
 * or of another shape, so all of them run on any value and none hides another.
 */
const RULES: readonly ((connector: unknown) => readonly Finding[])[] = [
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
export function ruleFindings(connector: unknown): Finding[] {
  return RULES.flatMap((rule) => rule(connector));
}
