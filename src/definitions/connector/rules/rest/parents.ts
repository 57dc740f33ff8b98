import { textAt, valueAt } from '../../../draft.ts';
import type { FieldFinding } from '../../../problem.ts';
import { isTemplate } from '../../../rest/template-text.ts';
import type { RequestPlace } from '../../../templates/request-values.ts';
import { has, misplaced } from '../key-findings.ts';
import { unfitMissingStatuses } from './missing-statuses.ts';
import { paginationFindings } from './pagination.ts';
import { requestTemplateFindings, usesVariable } from './request-templates.ts';

const SOURCE = 'spec.source';
const PARENTS = `${SOURCE}.parents`;

interface RequestText {
  readonly path: string;
  readonly text: string;
  readonly place: RequestPlace;
}

/** Rules about a listing for each parent. */
export function parentsFindings(connector: unknown): FieldFinding[] {
  if (!has(connector, PARENTS)) return templateWithoutParents(connector);
  const texts = requestTexts(connector);
  return [
    ...texts.flatMap((text) => requestTemplateFindings({ ...text, variable: 'parent' })),
    ...(texts.some((text) => usesVariable({ ...text, variable: 'parent' })) ? [] : [sameForAll()]),
    ...templatesInParents(connector),
    ...paginationOfParents(connector),
    ...resumableParents(connector),
    ...unfitMissingStatuses(connector, `${PARENTS}.missingStatuses`),
  ];
}

function requestTexts(connector: unknown): RequestText[] {
  const placeholder = textAt(connector, `${SOURCE}.auth.placeholder`);
  const url = textAt(connector, `${SOURCE}.url`);
  const headers = textsIn(valueAt(connector, `${SOURCE}.headers`), `${SOURCE}.headers`);
  return [
    ...(url === undefined ? [] : [{ path: `${SOURCE}.url`, text: url, place: 'url' as const }]),
    ...textsIn(valueAt(connector, `${SOURCE}.payload`), `${SOURCE}.payload`).map((text) => ({
      ...text,
      place: 'payload' as const,
    })),
    ...headers
      .filter(({ text }) => placeholder === undefined || !text.includes(placeholder))
      .map((text) => ({ ...text, place: 'header' as const })),
  ];
}

/** Every text at any depth, with its path. */
function textsIn(value: unknown, path: string): { path: string; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => textsIn(item, `${path}.${key}`));
}

function templateWithoutParents(connector: unknown): FieldFinding[] {
  const path = `${SOURCE}.url`;
  const url = textAt(connector, path) ?? '';
  if (!isTemplate(url) || has(connector, `${SOURCE}.job`)) return [];
  const message = 'The URL has a template, and `parents` is missing, which would fill it.';
  return [{ code: 'wrong_value', path, message, fix: `parents: {url: …}, or a URL without {{ and {%` }];
}

function sameForAll(): FieldFinding {
  const message = 'The same listing would be read for each parent: its request names no field of the parent.';
  return {
    code: 'wrong_value',
    path: `${SOURCE}.url`,
    message,
    fix: 'https://wiki.example.com/api/spaces/{{ parent.key }}/pages',
  };
}

function templatesInParents(connector: unknown): FieldFinding[] {
  const path = `${PARENTS}.url`;
  if (!isTemplate(textAt(connector, path) ?? '')) return [];
  const message = 'The listing of parents is read first, so there is nothing to fill its template from.';
  return [{ code: 'wrong_value', path, message, fix: 'a URL without {{ and {%' }];
}

/** The listing of parents has the same kinds of pagination. */
function paginationOfParents(connector: unknown): FieldFinding[] {
  const parents = valueAt(connector, PARENTS);
  if (typeof parents !== 'object' || parents === null) return [];
  return paginationFindings({ spec: { source: { type: 'http', ...parents } } }).map((finding) => ({
    ...finding,
    path: finding.path.replace(`${SOURCE}.`, `${PARENTS}.`),
  }));
}

function resumableParents(connector: unknown): FieldFinding[] {
  const path = `${SOURCE}.resumable`;
  if (valueAt(connector, path) !== true) return [];
  const message = 'A listing for each parent cannot be resumed: parents have no place that stays valid.';
  return [misplaced(path, message, 'no resumable; a :watermark makes later runs short')];
}
