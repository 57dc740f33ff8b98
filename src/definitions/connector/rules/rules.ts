import type { FieldFinding } from '../../problem.ts';
import { connectionsFindings } from './connections.ts';
import { deltaFindings } from './delta.ts';
import { probeFindings } from './probe.ts';
import { fieldFindings } from './fields.ts';
import { fileFindings } from './file.ts';
import { geminiFindings } from './gemini.ts';
import { httpFindings } from './http.ts';
import { detailFindings } from './rest/detail.ts';
import { parentsFindings } from './rest/parents.ts';
import { changesFindings } from './rest/changes.ts';
import { watermarkFindings } from './rest/watermark.ts';
import { restFieldFindings } from './rest/fields.ts';
import { restFormatFindings } from './rest/formats.ts';
import { restAuthorizationFindings } from './rest/authorization.ts';
import { restJobFindings } from './rest/job.ts';
import { restSigningFindings } from './rest/signing.ts';
import { scheduleFindings } from '../../schedule/schedule-findings.ts';
import { secretFindings } from './secrets.ts';
import { templateFindings } from './templates.ts';

/**
 * The rules about one connector that the schema cannot express. Each rule checks the fields that it needs and reports nothing
 * when one is missing or has another shape, so all rules run on any value and none hides another.
 */
const RULES: readonly ((connector: unknown) => readonly FieldFinding[])[] = [
  scheduleFindings,
  deltaFindings,
  probeFindings,
  connectionsFindings,
  templateFindings,
  fieldFindings,
  fileFindings,
  geminiFindings,
  httpFindings,
  changesFindings,
  watermarkFindings,
  restFieldFindings,
  parentsFindings,
  detailFindings,
  restFormatFindings,
  restAuthorizationFindings,
  restSigningFindings,
  restJobFindings,
  secretFindings,
];

/** All findings of all rules; the connector need not match the schema. */
export function ruleFindings(connector: unknown): FieldFinding[] {
  return RULES.flatMap((rule) => rule(connector));
}
