import { textAt } from '../../../draft.ts';
import type { FieldFinding } from '../../../problem.ts';
import { mentionsWatermark } from '../../../watermark-text.ts';
import { has, misplaced, missing } from '../key-findings.ts';
import { unfitMissingStatuses } from './missing-statuses.ts';
import { requestTemplateFindings, usesVariable } from './request-templates.ts';

const DETAIL = 'spec.source.detail';
const URL_PATH = `${DETAIL}.url`;

/** Rules about the request for each record. */
export function detailFindings(connector: unknown): FieldFinding[] {
  if (!has(connector, DETAIL)) return [];
  return [
    ...urlFindings(textAt(connector, URL_PATH)),
    ...textFindings(connector),
    ...unfitMissingStatuses(connector, `${DETAIL}.missingStatuses`),
  ];
}

function urlFindings(text: string | undefined): FieldFinding[] {
  if (text === undefined) return [];
  const template = { path: URL_PATH, text, place: 'url', variable: 'record' } as const;
  const findings = requestTemplateFindings(template);
  if (findings.length === 0 && !usesVariable(template)) {
    const message =
      'The same detail would be requested for each record: the URL names no field of the record.';
    const fix = 'https://wiki.example.com/api/pages/{{ record.id }}';
    findings.push({ code: 'wrong_value', path: URL_PATH, message, fix });
  }
  if (mentionsWatermark(text)) {
    const message = ':watermark is not replaced in the request for one record.';
    findings.push(misplaced(URL_PATH, message, ':watermark in source.url, which lists the changed records'));
  }
  return findings;
}

function textFindings(connector: unknown): FieldFinding[] {
  if (textAt(connector, `${DETAIL}.format`) !== 'text') return [];
  const path = `${DETAIL}.recordPath`;
  return [
    ...(has(connector, `${DETAIL}.into`)
      ? []
      : [missing(`${DETAIL}.into`, 'into is missing: the field that receives the text.', 'into: body')]),
    ...(has(connector, path)
      ? [misplaced(path, 'A text has no paths.', 'no recordPath, or format: json')]
      : []),
  ];
}
