import type { KnowledgeConfig } from '../../definitions/knowledge-source/types.ts';
import type { RestSpec } from '../../definitions/rest/types.ts';
import { sameOriginUrl, originOf, withQueryOf } from '../../rest/request/address.ts';
import { PAGE_ATTEMPT_SECONDS } from '../limits.ts';
import { API_KEY } from '../source/checked-config.ts';
import { wrongPage } from './next-cursor.ts';
import type { Paging } from './paging.ts';

/** One page as a listing of its own, and the parameter that selects it. */
export interface PageRequest {
  readonly spec: RestSpec;
  /** A query parameter and its value as JSON text. */
  readonly parameter: readonly [name: string, json: string] | undefined;
}

const SECRET_DEFAULT = 'rest';
const TOKEN = /^[A-Za-z][\w-]*$/;
const STANDARD_CONDITION = /^if-(?:none-match|modified-since)$/i;

/** The name of the secret that is sent to the API; undefined if no header has a place for one. */
export function secretRefOf({
  requiresAuth,
  headersTemplate,
  secretRef,
  provider,
}: KnowledgeConfig): string | undefined {
  const isSent = Object.values(headersTemplate ?? {}).some((value) => value.includes(API_KEY));
  return requiresAuth === true && isSent ? (secretRef ?? provider ?? SECRET_DEFAULT) : undefined;
}

/**
 * Describes the request for one page. A cursor that is itself an address is requested as it is, if it is on the host of `baseUrl`.
 * @param place the cursor, offset or page number; null for the first page
 * @param condition headers with other names than HTTP's for the validator
 * @throws BridgeError SOURCE_PAGINATION for an address on another host
 */
export function pageRequest(
  config: KnowledgeConfig,
  paging: Paging,
  place: string | null,
  condition: Readonly<Record<string, string>> = {},
): PageRequest {
  const { baseUrl, itemsPath, headersTemplate } = config;
  const address = place === null ? undefined : nextAddress(place, config, paging);
  const secretRef = secretRefOf(config);
  const spec: RestSpec = {
    url: address ?? baseUrl,
    headers: { ...headersTemplate, ...condition },
    recordsPath: itemsPath === undefined || itemsPath === null ? '$' : itemsPath,
    // The cursor parameter is named, so that a token in it is not taken for a credential.
    pagination: { type: 'none', cursorField: paging.parameter },
    requestTimeoutSeconds: PAGE_ATTEMPT_SECONDS,
    ...(secretRef !== undefined && { secretRef, auth: { type: 'placeholder', placeholder: API_KEY } }),
    ...(address === undefined &&
      paging.sizeParameter !== undefined && { payload: { [paging.sizeParameter]: paging.size } }),
  };
  return { spec, parameter: address === undefined ? parameterOf(paging, place) : undefined };
}

function parameterOf(
  { style, parameter }: Paging,
  place: string | null,
): readonly [name: string, json: string] | undefined {
  if (place !== null) return [parameter, JSON.stringify(place)];
  return style === 'offset' ? [parameter, '0'] : undefined;
}

/** @returns undefined if the place is not an address */
function nextAddress(place: string, { baseUrl }: KnowledgeConfig, { style }: Paging): string | undefined {
  if (style !== 'cursor' || !/^https?:/i.test(place)) return undefined;
  const url = sameOriginUrl(place, baseUrl);
  if (url !== undefined) return withQueryOf(url, baseUrl);
  throw wrongPage(
    { url: baseUrl },
    `leads on to ${originOf(place, baseUrl)}, which is another server and is sent no credentials`,
    'nextCursorPath',
  );
}

/** A header that `config` names for the validator, unless it is HTTP's own, which is sent anyway. */
export function conditionHeader(name: string | null | undefined, value: string): Record<string, string> {
  if (name === undefined || name === null || !TOKEN.test(name) || STANDARD_CONDITION.test(name)) return {};
  return { [name]: value };
}
