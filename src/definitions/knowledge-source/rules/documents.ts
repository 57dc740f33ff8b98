import { templateSyntaxFindings, uriTemplateFindings } from '../../connector/rules/templates.ts';
import { textAt, valueAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';
import { CONFIG } from '../config-fields.ts';

const URI_PATH = `${CONFIG}.uriTemplate`;
const OVERRIDE = `${CONFIG}.allowedRolesOverride`;
const DEFAULTS = 'spec.defaultAllowedRoles';

/** Rules about the documents that items become, and about who may see them. */
export function documentFindings(source: unknown): FieldFinding[] {
  const uri = textAt(source, URI_PATH);
  return [
    ...itemDocumentFindings(source),
    ...templateSyntaxFindings(uri, URI_PATH),
    ...uriTemplateFindings(uri, URI_PATH),
    ...roleFindings(source),
  ];
}

function itemDocumentFindings(source: unknown): FieldFinding[] {
  if (textAt(source, `${CONFIG}.idField`) !== undefined) return [];
  return ['titleField', 'uriTemplate']
    .filter((key) => textAt(source, `${CONFIG}.${key}`) !== undefined)
    .map((key) => ({
      code: 'misplaced_key',
      path: `${CONFIG}.${key}`,
      message: `${key} has no use: without idField, all items of a day are one document.`,
      fix: `idField: id, or no ${key}`,
    }));
}

/** An empty list is allowed, because a source may be prepared before it is published. */
function roleFindings(source: unknown): FieldFinding[] {
  const override = valueAt(source, OVERRIDE);
  const path = Array.isArray(override) ? OVERRIDE : DEFAULTS;
  const roles = Array.isArray(override) ? override : valueAt(source, DEFAULTS);
  if (!Array.isArray(roles) || roles.length > 0) return [];
  const key = path.slice(path.lastIndexOf('.') + 1);
  return [
    {
      status: 'warn',
      code: 'acl_contradiction',
      path,
      message: 'The list of roles is empty, so no role may see the chunks of this source.',
      fix: `${key}: [member], or no ${key} for the default roles`,
    },
  ];
}
