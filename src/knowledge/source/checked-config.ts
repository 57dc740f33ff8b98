import type { KnowledgeConfig } from '../../definitions/knowledge-source/types.ts';
import { CONFIG_ENTRIES_MAX, CONFIG_TEXT_CHARACTERS_MAX } from '../limits.ts';

/** The config of a source, or what is wrong with it: `config.baseUrl is missing`. */
export type CheckedConfig =
  | { readonly config: KnowledgeConfig; readonly problem?: undefined }
  | { readonly config?: undefined; readonly problem: string };

/** Returns what is wrong with a value, as the rest of a sentence that begins with its name; undefined if nothing is. */
type Check = (value: unknown) => string | undefined;

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const SECRET_NAME = /^[\w.-]{1,100}$/;
/** Visible characters, blanks and tabs, and characters of Latin-1. */
const HEADER_TEXT = /^[\t\x20-\x7e\x80-\xff]*$/;

const text: Check = (value) => {
  if (typeof value !== 'string') return 'must be a string';
  if (value.length > CONFIG_TEXT_CHARACTERS_MAX)
    return `has more than ${CONFIG_TEXT_CHARACTERS_MAX} characters`;
  return undefined;
};
const name: Check = (value) => text(value) ?? (value === '' ? 'must not be empty' : undefined);
/** The message must not show the value: it may be the secret itself. */
const secretName: Check = (value) =>
  typeof value === 'string' && SECRET_NAME.test(value)
    ? undefined
    : 'must be the name of a secret: letters, digits, hyphens, dots and underscores';
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const size: Check = (value) =>
  Number.isSafeInteger(value) && Number(value) >= 1 ? undefined : 'must be a whole number from 1 on';
const style: Check = (value) =>
  ['cursor', 'offset', 'page'].includes(String(value)) ? undefined : 'must be cursor, offset or page';
const list: Check = (value) => {
  if (!Array.isArray(value)) return 'must be a list of strings';
  if (value.length > CONFIG_ENTRIES_MAX) return `has more than ${CONFIG_ENTRIES_MAX} entries`;
  return value.map(name).find((problem) => problem !== undefined) && 'must be a list of strings, none empty';
};
const fields: Check = (value) =>
  list(value) ?? (Array.isArray(value) && value.length === 0 ? 'must name at least one field' : undefined);
const address: Check = (value) => {
  const problem = name(value);
  if (problem !== undefined) return problem;
  const url = URL.canParse(String(value)) ? new URL(String(value)) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    return 'must be an absolute address with http or https';
  return url.username === '' && url.password === '' ? undefined : 'must not contain a user name or password';
};
const headers: Check = (value) => {
  if (!isObject(value)) return 'must be a mapping of header names to strings';
  const entries = Object.entries(value);
  if (entries.length > CONFIG_ENTRIES_MAX) return `has more than ${CONFIG_ENTRIES_MAX} entries`;
  for (const [header, content] of entries) {
    if (!HEADER_NAME.test(header)) return `has ${JSON.stringify(header)}, which is not a header name`;
    if (text(content) !== undefined || !HEADER_TEXT.test(String(content)))
      return `has a value for ${header} that a header cannot contain`;
  }
  return undefined;
};

const CHECKS: Readonly<Record<keyof KnowledgeConfig, Check>> = {
  baseUrl: address,
  cursorParam: name,
  pageSizeParam: name,
  defaultPageSize: size,
  itemsPath: text,
  nextCursorPath: name,
  cursorStyle: style,
  currentOffsetPath: name,
  totalPath: name,
  headersTemplate: headers,
  requiresAuth: flag,
  provider: secretName,
  secretRef: secretName,
  textFields: fields,
  allowedRolesOverride: list,
  ifNoneMatchHeader: text,
  ifModifiedSinceHeader: text,
  idField: name,
  titleField: name,
  uriTemplate: name,
};

/** Checks the config of a row, which another program may have written. Unknown keys are ignored: they may be the other program's. */
export function checkedConfig(value: unknown): CheckedConfig {
  if (!isObject(value)) return { problem: 'config is not an object' };
  const known = Object.entries(CHECKS).flatMap(([key, check]) => {
    const own: unknown = Object.hasOwn(value, key) ? value[key] : undefined;
    return own === undefined || own === null ? [] : [{ key, own, problem: check(own) }];
  });
  const wrong = known.find(({ problem }) => problem !== undefined);
  if (wrong !== undefined) return { problem: `config.${wrong.key} ${wrong.problem ?? ''}` };
  const config = Object.fromEntries(known.map(({ key, own }) => [key, own]));
  if (!hasBaseUrl(config)) return { problem: 'config.baseUrl is missing' };
  const problem = contradictionIn(config);
  return problem === undefined ? { config } : { problem };
}

function contradictionIn(config: KnowledgeConfig): string | undefined {
  const { cursorStyle, nextCursorPath, requiresAuth, headersTemplate } = config;
  if (cursorStyle === 'cursor' && nextCursorPath === undefined)
    return 'config.nextCursorPath is missing, and config.cursorStyle is cursor';
  const hasPlaceholder = Object.values(headersTemplate ?? {}).some((value) => value.includes(API_KEY));
  if (hasPlaceholder && requiresAuth !== true)
    return `config.headersTemplate has ${API_KEY}, and config.requiresAuth is not true`;
  return undefined;
}

/** Replaced by the secret in the values of `headersTemplate`. */
export const API_KEY = '{{API_KEY}}';

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every entry was checked by its name. */
function hasBaseUrl(config: Readonly<Record<string, unknown>>): config is KnowledgeConfig & typeof config {
  return config['baseUrl'] !== undefined;
}
