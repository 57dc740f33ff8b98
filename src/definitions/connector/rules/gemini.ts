import { textAt, valueAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';

const ACL_FIELDS = ['aclUsersField', 'aclGroupsField'] as const;

/** The data store locations of Discovery Engine. */
export const LOCATIONS = ['global', 'us', 'eu'] as const;

/** The content types that Discovery Engine accepts and that rendered text can have. */
export const CONTENT_TYPES = [
  'text/plain',
  'text/html',
  'text/xml',
  'application/xml',
  'application/json',
] as const;

/** Rules about the settings of the data store, and whether the mapping agrees with them. */
export function geminiFindings(connector: unknown): FieldFinding[] {
  return [...aclAgainstMapping(connector), ...location(connector), ...contentType(connector)];
}

function aclAgainstMapping(connector: unknown): FieldFinding[] {
  const path = 'spec.gemini.acl';
  const code = 'acl_contradiction';
  const acl = valueAt(connector, path);
  const fields = ACL_FIELDS.filter((name) => valueAt(connector, `spec.mapping.${name}`) !== undefined);
  if (acl === 'required' && fields.length === 0) {
    return [
      {
        code,
        path,
        message: 'acl: required wants readers for every document, and the mapping says nowhere who they are.',
        fix: 'aclUsersField or aclGroupsField in spec.mapping; or acl: off, if the data store has no access control',
      },
    ];
  }
  if (acl === 'off' && fields.length > 0) {
    const names = fields.join(' and ');
    return [
      {
        code,
        path,
        message: `acl: off would show every document to all, although the mapping names its readers with ${names}.`,
        fix: `acl: required; or take ${names} out of spec.mapping, if all may read everything`,
      },
    ];
  }
  return [];
}

/** Google may add a location, so an unknown one is only a warning. */
function location(connector: unknown): FieldFinding[] {
  const path = 'spec.gemini.location';
  const given = textAt(connector, path);
  if (given === undefined || LOCATIONS.some((known) => known === given)) return [];
  const message = `${JSON.stringify(given)} is not a known location of data stores; known: ${LOCATIONS.join(', ')}.`;
  const meant = LOCATIONS.find((known) => known !== 'global' && given.toLowerCase().startsWith(known));
  const fix = `location: ${meant ?? LOCATIONS.join(' | ')}`;
  return [{ status: 'warn', code: 'location_unknown', path, message, fix }];
}

function contentType(connector: unknown): FieldFinding[] {
  const path = 'spec.mapping.mimeType';
  const type = textAt(connector, path);
  if (type === undefined || valueAt(connector, 'spec.gemini.contentConfig') === 'NO_CONTENT') return [];
  if (CONTENT_TYPES.some((taken) => taken === type)) return [];
  return [
    {
      code: 'mime_type_not_taken',
      path,
      message: `Discovery Engine does not take text of the type ${type}; it takes ${CONTENT_TYPES.join(', ')}.`,
      fix: type.startsWith('text/') ? 'mimeType: text/plain' : `mimeType: one of ${CONTENT_TYPES.join(', ')}`,
    },
  ];
}
