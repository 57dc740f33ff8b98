import { BridgeError } from '../../../core/errors.ts';
import { RIGHTS, type Right } from '../../../core/secrets/access-key.ts';

type PersonRight = Exclude<Right, 'push'>;

/** `SSO_USER_HEADER`, `SSO_RIGHTS`, `SSO_GROUPS_HEADER` and `SSO_GROUP_RIGHTS`. */
export interface SignOnVariables {
  readonly header: string;
  /** Undefined: only the groups give a right. */
  readonly right: PersonRight | undefined;
  readonly groups?: { readonly header: string; readonly rights: ReadonlyMap<string, PersonRight> };
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * With groups and without `SSO_RIGHTS`, a user who is in none of the groups has no right: a list of those who may do something must
 * not let everyone else in.
 * @throws BridgeError ENVIRONMENT_INVALID
 */
export function readSignOn(env: Variables, trustedProxies: readonly string[]): SignOnVariables | undefined {
  const header = headerName('SSO_USER_HEADER', env, 'x-forwarded-user');
  const groupsHeader = headerName('SSO_GROUPS_HEADER', env, 'x-forwarded-groups');
  const mapping = set(env['SSO_GROUP_RIGHTS']);
  if (header === undefined) {
    const useless = groupsHeader === undefined ? 'SSO_GROUP_RIGHTS' : 'SSO_GROUPS_HEADER';
    if (groupsHeader === undefined && mapping === undefined) return undefined;
    throw invalid(
      `${useless} has no effect without SSO_USER_HEADER, which is not set.`,
      'Set SSO_USER_HEADER to the header in which your proxy sends the name of the user.',
    );
  }
  if (trustedProxies.length === 0) {
    throw invalid(
      'SSO_USER_HEADER counts only from the proxies in TRUSTED_PROXY_ADDRESSES, which is not set.',
      'Set TRUSTED_PROXY_ADDRESSES to the address from which your proxy connects.',
    );
  }
  if (groupsHeader === undefined && mapping === undefined)
    return { header, right: rightOfAll(env) ?? 'read' };
  if (groupsHeader === undefined || mapping === undefined) {
    const [is, missing] =
      mapping === undefined
        ? ['SSO_GROUPS_HEADER', 'SSO_GROUP_RIGHTS']
        : ['SSO_GROUP_RIGHTS', 'SSO_GROUPS_HEADER'];
    throw invalid(`${is} is set and ${missing} is not.`, 'Set both, or neither.');
  }
  if (groupsHeader === header) {
    throw invalid(
      `SSO_GROUPS_HEADER and SSO_USER_HEADER are both ${JSON.stringify(header)}.`,
      'Use the header in which your proxy sends the groups, such as x-forwarded-groups.',
    );
  }
  return { header, right: rightOfAll(env), groups: { header: groupsHeader, rights: groupRights(mapping) } };
}

/** Headers that have another meaning for the server. */
const TAKEN = new Set(['authorization', 'cookie', 'host', 'origin', 'x-forwarded-for', 'x-forwarded-host']);

function headerName(variable: string, env: Variables, example: string): string | undefined {
  const header = set(env[variable])?.toLowerCase();
  if (header === undefined || (/^[a-z0-9][a-z0-9-]*$/.test(header) && !TAKEN.has(header))) return header;
  throw invalid(
    `${variable} is ${JSON.stringify(header)}, which is not a valid header name.`,
    `Use the one that your proxy sets, such as ${example}.`,
  );
}

function rightOfAll(env: Variables): PersonRight | undefined {
  const said = set(env['SSO_RIGHTS'])?.toLowerCase();
  if (said === undefined) return undefined;
  const right = personRight(said);
  if (right !== undefined) return right;
  throw invalid(
    `SSO_RIGHTS is ${JSON.stringify(said)}; it may be read, author, operate, admin.`,
    'Leave it out for read, or, if SSO_GROUP_RIGHTS is set, for no right.',
  );
}

/** `bridge-admins=admin,data-eng=author`. The right follows the last equals sign, because a group may have one in its name. */
function groupRights(mapping: string): ReadonlyMap<string, PersonRight> {
  const rights = new Map<string, PersonRight>();
  for (const entry of mapping.split(',').map((text) => text.trim())) {
    if (entry === '') continue;
    const at = entry.lastIndexOf('=');
    const group = entry.slice(0, Math.max(at, 0)).trim();
    const right = personRight(
      entry
        .slice(at + 1)
        .trim()
        .toLowerCase(),
    );
    if (at < 0 || group === '' || right === undefined) {
      throw invalid(
        `SSO_GROUP_RIGHTS has ${JSON.stringify(entry)}, which is not a group, an equals sign and a right.`,
        'Write groups with commas between them, such as bridge-admins=admin,data-eng=author. A right may be read, author, operate, admin.',
      );
    }
    if (rights.has(group)) {
      throw invalid(
        `SSO_GROUP_RIGHTS has the group ${JSON.stringify(group)} twice.`,
        'Keep one of the two entries; the highest right of all groups of a user applies.',
      );
    }
    rights.set(group, right);
  }
  if (rights.size > 0) return rights;
  throw invalid('SSO_GROUP_RIGHTS names no group.', 'Write it as in bridge-admins=admin,data-eng=author.');
}

function personRight(text: string): PersonRight | undefined {
  const right = RIGHTS.find((known) => known === text);
  return right === 'push' ? undefined : right;
}

function set(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

function invalid(message: string, hint: string): BridgeError {
  return new BridgeError('ENVIRONMENT_INVALID', message, { hint });
}
