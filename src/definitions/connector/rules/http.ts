import { textAt, valueAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';
import { has, misplaced, missing } from './key-findings.ts';
import { pathFindings } from './paths.ts';
import { paginationFindings } from './rest/pagination.ts';
import { mentionsWatermark } from '../../watermark-text.ts';

const SOURCE = 'spec.source';
const PAGINATION = `${SOURCE}.pagination`;
const AUTH = `${SOURCE}.auth`;
const CURSOR_FIELD = `${SOURCE}.paginationCursorField`;

/** Headers that belong to the connection, or that the program must set itself to read the response. */
export const OWN_HEADERS =
  /^(accept-encoding|connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

/** Rules about connectors that read an API. */
export function httpFindings(connector: unknown): FieldFinding[] {
  if (textAt(connector, `${SOURCE}.type`) !== 'http') return [];
  return [
    ...paginationFindings(connector),
    ...neededKeys(connector),
    ...pathFindings(connector),
    ...authFindings(connector),
    ...resumableFindings(connector),
    ...startWithoutWatermark(connector),
    ...ownHeaders(connector),
    ...formOfGet(connector),
  ];
}

/** Pairs of keys that are useless without each other. */
function neededKeys(connector: unknown): FieldFinding[] {
  const pairs = [
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
  const places = ['url', 'payload', 'headers', 'parents', 'job.start'].map((key) =>
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

function formOfGet(connector: unknown): FieldFinding[] {
  const path = `${SOURCE}.payloadFormat`;
  if (!has(connector, path) || textAt(connector, `${SOURCE}.method`) === 'POST') return [];
  const message = 'payloadFormat has no use: the payload of a GET request is its query.';
  return [misplaced(path, message, 'no payloadFormat, or method: POST')];
}
