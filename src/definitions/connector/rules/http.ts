import { textAt, valueAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';
import { pathFindings } from './paths.ts';
import { mentionsWatermark } from '../../watermark-text.ts';

const SOURCE = 'spec.source';
const PAGINATION = `${SOURCE}.pagination`;
const AUTH = `${SOURCE}.auth`;
const CURSOR_FIELD = `${SOURCE}.paginationCursorField`;
const CURSOR_PATH = `${SOURCE}.paginationNextCursorJsonPath`;

/** The types of pagination that each of these keys is valid for; the other keys are valid for all types except `none`. */
const KEYS_OF_TYPES: Readonly<Record<string, readonly string[]>> = {
  cursorField: ['cursor', 'next_url', 'link_header'],
  nextCursorPath: ['cursor'],
  nextCursorHeader: ['cursor'],
  nextUrlPath: ['next_url'],
  keepQuery: ['next_url', 'link_header'],
  inclusive: ['cursor', 'next_url', 'link_header'],
  pageField: ['page'],
  startPage: ['page'],
  totalPagesPath: ['page'],
  offsetField: ['offset'],
};

/** Headers that belong to the connection, or that the program must set itself to read the response. */
const OWN_HEADERS =
  /^(accept-encoding|connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

/** Rules about connectors that read an API. */
export function httpFindings(connector: unknown): FieldFinding[] {
  if (textAt(connector, `${SOURCE}.type`) !== 'http') return [];
  return [
    ...flatCursor(connector),
    ...paginationKeys(connector),
    ...neededKeys(connector),
    ...pathFindings(connector),
    ...authFindings(connector),
    ...resumableFindings(connector),
    ...startWithoutWatermark(connector),
    ...ownHeaders(connector),
  ];
}

const has = (connector: unknown, path: string): boolean => valueAt(connector, path) !== undefined;

const missing = (path: string, message: string, fix: string): FieldFinding => ({
  code: 'missing_key',
  path,
  message,
  fix,
});

const misplaced = (path: string, message: string, fix: string): FieldFinding => ({
  code: 'misplaced_key',
  path,
  message,
  fix,
});

function flatCursor(connector: unknown): FieldFinding[] {
  const flat = [CURSOR_FIELD, CURSOR_PATH].filter((path) => has(connector, path));
  if (has(connector, PAGINATION)) {
    return flat.map((path) => ({
      code: 'pagination_twice',
      path,
      message: 'The pages are described twice: here and in pagination.',
      fix: 'pagination: {type: cursor, cursorField: …, nextCursorPath: …}, and no key beside it',
    }));
  }
  if (flat.length !== 1) return [];
  const path = has(connector, CURSOR_FIELD) ? CURSOR_PATH : CURSOR_FIELD;
  const name = path.slice(SOURCE.length + 1);
  return [
    missing(path, `${name} is missing: a cursor is found by one key and sent by the other.`, `${name}: …`),
  ];
}

function paginationKeys(connector: unknown): FieldFinding[] {
  const type = textAt(connector, `${PAGINATION}.type`);
  const pagination = valueAt(connector, PAGINATION);
  if (type === undefined || typeof pagination !== 'object' || pagination === null) return [];
  const unfit = Object.keys(pagination).filter((key) => {
    if (key === 'type') return false;
    return type === 'none' || KEYS_OF_TYPES[key]?.includes(type) === false;
  });
  return [
    ...unfit.map((key) =>
      misplaced(
        `${PAGINATION}.${key}`,
        `${key} has no use in a pagination of type ${type}.`,
        `no ${key}, or another type`,
      ),
    ),
    ...cursorKeys(connector, type),
  ];
}

function cursorKeys(connector: unknown, type: string): FieldFinding[] {
  const at = (key: string) => `${PAGINATION}.${key}`;
  if (type === 'next_url' && !has(connector, at('nextUrlPath'))) {
    return [missing(at('nextUrlPath'), 'nextUrlPath is missing.', 'nextUrlPath: links.next')];
  }
  if (type !== 'cursor') return [];
  const sources = ['nextCursorPath', 'nextCursorHeader'].filter((key) => has(connector, at(key)));
  return [
    ...(has(connector, at('cursorField'))
      ? []
      : [missing(at('cursorField'), 'cursorField is missing.', 'cursorField: cursor')]),
    ...(sources.length === 0
      ? [missing(at('nextCursorPath'), 'nextCursorPath is missing.', 'nextCursorPath: meta.next_cursor')]
      : []),
    ...(sources.length === 2
      ? [misplaced(at('nextCursorHeader'), 'The cursor cannot be at two places.', 'one of the two')]
      : []),
  ];
}

/** Pairs of keys that are useless without each other. */
function neededKeys(connector: unknown): FieldFinding[] {
  const pairs = [
    [`${PAGINATION}.pageSize`, `${PAGINATION}.pageSizeField`, 'pageSizeField: limit'],
    [`${PAGINATION}.pageSizeField`, `${PAGINATION}.pageSize`, 'pageSize: 100'],
    [`${SOURCE}.tls.certFile`, `${SOURCE}.tls.keyFile`, 'keyFile: /etc/ssl/sync-client.key'],
    [`${SOURCE}.tls.keyFile`, `${SOURCE}.tls.certFile`, 'certFile: /etc/ssl/sync-client.pem'],
    [`${SOURCE}.auth`, `${SOURCE}.secretRef`, 'secretRef: kb-api-token'],
  ] as const;
  return pairs
    .filter(([given, needed]) => has(connector, given) && !has(connector, needed))
    .map(([given, needed, fix]) => {
      const [name, other] = [given, needed].map((path) => path.split('.').at(-1) ?? '');
      return missing(needed, `${other} is missing, which ${name} needs.`, fix);
    });
}

function authFindings(connector: unknown): FieldFinding[] {
  const type = textAt(connector, `${AUTH}.type`);
  const oauth = has(connector, `${SOURCE}.oauth`);
  if (type === undefined) {
    const issued = ['oauth', 'login'].find((key) => has(connector, `${SOURCE}.${key}`));
    return issued !== undefined && has(connector, `${SOURCE}.secretRef`) && !has(connector, AUTH)
      ? [unusedSecret(issued)]
      : [];
  }
  const only = [
    ['in', 'api_key'],
    ['name', 'api_key'],
    ['username', 'basic'],
  ] as const;
  const unfit = only
    .filter(([key, wanted]) => has(connector, `${AUTH}.${key}`) && type !== wanted)
    .map(([key, wanted]) =>
      misplaced(
        `${AUTH}.${key}`,
        `${key} is for ${wanted} only, and auth is ${type}.`,
        `no ${key}, or type: ${wanted}`,
      ),
    );
  const unnamed =
    type === 'api_key' && textAt(connector, `${AUTH}.in`) === 'query' && !has(connector, `${AUTH}.name`)
      ? [missing(`${AUTH}.name`, 'name is missing: which query parameter takes the key.', 'name: api_key')]
      : [];
  return [...unfit, ...unnamed, ...(oauth && type !== 'api_key' ? [authTwice(type)] : [])];
}

function authTwice(type: string): FieldFinding {
  return {
    code: 'auth_twice',
    path: `${AUTH}.type`,
    message: `oauth and ${type} both need the header Authorization.`,
    fix: 'one of the two; or type: api_key, for an API that wants a key beside the token',
  };
}

function unusedSecret(issued: string): FieldFinding {
  return {
    status: 'warn',
    code: 'secret_unused',
    path: `${SOURCE}.secretRef`,
    message: `The secret is not used: the credentials come from ${issued}.`,
    fix: 'no secretRef; or auth: {type: api_key}, for an API that requires a key too',
  };
}

function resumableFindings(connector: unknown): FieldFinding[] {
  const resumable = valueAt(connector, `${SOURCE}.resumable`) === true;
  if (!resumable) {
    if (!has(connector, `${SOURCE}.pagesPerRun`)) return [];
    const message = 'pagesPerRun has no use in a listing that is not resumable.';
    return [misplaced(`${SOURCE}.pagesPerRun`, message, 'resumable: true, or no pagesPerRun')];
  }
  const type = textAt(connector, `${PAGINATION}.type`);
  const paged = has(connector, CURSOR_FIELD) || (type !== undefined && type !== 'none');
  const path = `${SOURCE}.resumable`;
  return [
    ...(paged
      ? []
      : [misplaced(path, 'A listing without pages cannot be resumed.', 'pagination, or no resumable')]),
    ...(asksForChanges(connector)
      ? [misplaced(path, 'A listing has one checkpoint: the page or the :watermark.', 'one of the two')]
      : []),
  ];
}

function asksForChanges(connector: unknown): boolean {
  const places = ['url', 'payload', 'headers', 'job.start'].map((key) =>
    valueAt(connector, `${SOURCE}.${key}`),
  );
  return mentionsWatermark(JSON.stringify(places));
}

function startWithoutWatermark(connector: unknown): FieldFinding[] {
  const path = `${SOURCE}.watermarkStart`;
  if (!has(connector, path) || asksForChanges(connector)) return [];
  const message =
    'watermarkStart has no use: the request has no :watermark and reads everything in every run.';
  return [misplaced(path, message, 'no watermarkStart, or :watermark in url or payload')];
}

function ownHeaders(connector: unknown): FieldFinding[] {
  const headers = valueAt(connector, `${SOURCE}.headers`);
  if (typeof headers !== 'object' || headers === null) return [];
  return Object.keys(headers)
    .filter((name) => OWN_HEADERS.test(name))
    .map((name) =>
      misplaced(
        `${SOURCE}.headers.${name}`,
        `The header ${name} is for the program to choose: it belongs to the connection.`,
        `no ${name}`,
      ),
    );
}
