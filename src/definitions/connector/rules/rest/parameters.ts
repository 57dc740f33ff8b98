import { textAt, valueAt } from '../../../draft.ts';
import type { FieldFinding } from '../../../problem.ts';
import { misplaced } from '../key-findings.ts';

const SOURCE = 'spec.source';
const PAGINATION = `${SOURCE}.pagination`;
const PARAMETERS_IN = `${PAGINATION}.parametersIn`;

/** The field for the place of a page, by type, and its default. */
const FIELDS: Readonly<Record<string, readonly [key: string, name: string | undefined]>> = {
  cursor: ['cursorField', undefined],
  page: ['pageField', 'page'],
  offset: ['offsetField', 'offset'],
};
const ORIGIN = /^https?:\/\/[^/?#]*/i;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
/** Headers that the program sets itself, or that authorize the request. */
const TAKEN_HEADERS =
  /^(?:accept|accept-encoding|authorization|connection|content-length|content-type|cookie|expect|host|if-modified-since|if-none-match|keep-alive|te|trailer|transfer-encoding|upgrade|user-agent)$/i;

interface Parameter {
  /** The key of the pagination that names the parameter. */
  readonly key: string;
  readonly name: string;
}

/** Rules about where the parameters of a page are sent. */
export function parameterFindings(connector: unknown, type: string): FieldFinding[] {
  const parameters = parametersOf(connector, type);
  const byPlace: Readonly<Record<string, () => FieldFinding[]>> = {
    body: () => bodyOfGet(connector),
    path: () => parameters.flatMap((parameter) => notInUrl(connector, parameter)),
    header: () => parameters.flatMap((parameter) => unfitHeader(connector, parameter)),
  };
  const place = textAt(connector, PARAMETERS_IN);
  return [
    ...sameName(parameters),
    ...(place === 'path' ? [] : forgottenPath(connector, parameters)),
    ...(byPlace[place ?? '']?.() ?? []),
  ];
}

function parametersOf(connector: unknown, type: string): Parameter[] {
  const [key = '', byDefault] = FIELDS[type] ?? [];
  const name = key === '' ? undefined : (textAt(connector, `${PAGINATION}.${key}`) ?? byDefault);
  const size = textAt(connector, `${PAGINATION}.pageSizeField`);
  return [
    ...(name === undefined ? [] : [{ key, name }]),
    ...(size === undefined ? [] : [{ key: 'pageSizeField', name: size }]),
  ];
}

function sameName([one, other]: readonly Parameter[]): FieldFinding[] {
  if (one === undefined || other?.name !== one.name) return [];
  const message = `${one.key} and ${other.key} have one name, and a request has one value for it.`;
  return [misplaced(`${PAGINATION}.${other.key}`, message, 'two names')];
}

const isPost = (connector: unknown): boolean => textAt(connector, `${SOURCE}.method`) === 'POST';

function bodyOfGet(connector: unknown): FieldFinding[] {
  if (isPost(connector)) return [];
  return [misplaced(PARAMETERS_IN, 'A GET request has no body.', 'parametersIn: query, or method: POST')];
}

function notInUrl(connector: unknown, { key, name }: Parameter): FieldFinding[] {
  if (pathOf(connector).includes(`{${name}}`)) return [];
  return [
    {
      code: 'wrong_value',
      path: `${SOURCE}.url`,
      message: `url has no {${name}} after its host, which parametersIn: path replaces with the value of ${key}.`,
      fix: `url: https://kb.example.com/articles/{${name}}`,
    },
  ];
}

function forgottenPath(connector: unknown, parameters: readonly Parameter[]): FieldFinding[] {
  const found = parameters.find(({ name }) => pathOf(connector).includes(`{${name}}`));
  if (found === undefined) return [];
  const message = `url has {${found.name}}, which only parametersIn: path replaces.`;
  return [{ code: 'missing_key', path: PARAMETERS_IN, message, fix: 'parametersIn: path' }];
}

/** The address after its origin, which no value from a response may change. */
function pathOf(connector: unknown): string {
  return (textAt(connector, `${SOURCE}.url`) ?? '').replace(ORIGIN, '');
}

function unfitHeader(connector: unknown, { key, name }: Parameter): FieldFinding[] {
  const secret = valueAt(connector, `${SOURCE}.auth.name`);
  const isTaken = TAKEN_HEADERS.test(name) || String(secret).toLowerCase() === name.toLowerCase();
  if (HEADER_NAME.test(name) && !isTaken) return [];
  const why = isTaken ? 'has another use in each request' : 'is not a valid name of a header';
  return [
    {
      code: 'wrong_value',
      path: `${PAGINATION}.${key}`,
      message: `The header ${name} ${why}.`,
      fix: 'the header that the API documents for it, or another parametersIn',
    },
  ];
}
