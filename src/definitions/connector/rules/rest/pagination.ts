import { textAt, valueAt } from '../../../draft.ts';
import type { FieldFinding } from '../../../problem.ts';
import { has, misplaced, missing } from '../key-findings.ts';
import { parameterFindings } from './parameters.ts';

const SOURCE = 'spec.source';
const PAGINATION = `${SOURCE}.pagination`;
const CURSOR_FIELD = `${SOURCE}.paginationCursorField`;
const CURSOR_PATH = `${SOURCE}.paginationNextCursorJsonPath`;

/** The types of pagination that each of these keys is valid for; the other keys are valid for all types except `none`. */
const KEYS_OF_TYPES: Readonly<Record<string, readonly string[]>> = {
  cursorField: ['cursor', 'next_url', 'link_header'],
  nextCursorPath: ['cursor'],
  nextCursorHeader: ['cursor'],
  nextUrlPath: ['next_url'],
  nextUrlBasePath: ['next_url'],
  rewriteNextUrl: ['next_url', 'link_header'],
  keepQuery: ['next_url', 'link_header'],
  inclusive: ['cursor', 'next_url', 'link_header'],
  constantCursor: ['cursor'],
  pageField: ['page'],
  startPage: ['page'],
  totalPagesPath: ['page'],
  totalPagesHeader: ['page'],
  offsetField: ['offset'],
  endStatuses: ['page', 'offset'],
  parametersIn: ['cursor', 'page', 'offset'],
};

/** Pairs of keys that name two places for the same thing. */
const ONE_OF_TWO = [
  ['nextCursorPath', 'nextCursorHeader', 'cursor'],
  ['totalPath', 'totalHeader', 'total'],
  ['totalPagesPath', 'totalPagesHeader', 'number of pages'],
  ['hasMorePath', 'lastPagePath', 'flag of the last page'],
] as const;

const at = (key: string): string => `${PAGINATION}.${key}`;

/** Rules about how a connector gets from page to page. */
export function paginationFindings(connector: unknown): FieldFinding[] {
  return [...flatCursor(connector), ...paginationKeys(connector)];
}

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
    ...severalPlaces(connector),
    ...pageSizeKeys(connector),
    ...rewriteFindings(connector),
    ...parameterFindings(connector, type),
  ];
}

function cursorKeys(connector: unknown, type: string): FieldFinding[] {
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
  ];
}

function severalPlaces(connector: unknown): FieldFinding[] {
  return ONE_OF_TWO.filter(([one, other]) => has(connector, at(one)) && has(connector, at(other))).map(
    ([one, other, what]) =>
      misplaced(at(other), `The ${what} cannot be at two places: ${one} names one too.`, 'one of the two'),
  );
}

function pageSizeKeys(connector: unknown): FieldFinding[] {
  const [size, field] = [has(connector, at('pageSize')), has(connector, at('pageSizeField'))];
  const endsOnShortPage = valueAt(connector, at('endsOnShortPage')) === true;
  if (!size && (field || endsOnShortPage)) {
    const name = field ? 'pageSizeField' : 'endsOnShortPage';
    return [missing(at('pageSize'), `pageSize is missing, which ${name} needs.`, 'pageSize: 100')];
  }
  if (!size || field || endsOnShortPage) return [];
  const message = 'pageSizeField is missing, which pageSize needs.';
  return [missing(at('pageSizeField'), message, 'pageSizeField: limit')];
}

function rewriteFindings(connector: unknown): FieldFinding[] {
  const path = at('rewriteNextUrl.to');
  const [to, url] = [textAt(connector, path), textAt(connector, `${SOURCE}.url`)];
  if (to === undefined || url === undefined || !URL.canParse(to) || !URL.canParse(url)) return [];
  const { origin } = new URL(url);
  if (new URL(to).origin === origin) return [];
  return [
    {
      code: 'wrong_value',
      path,
      message: `The address leads to another origin than url, and credentials are sent only to ${origin}.`,
      fix: `to: ${origin}/`,
    },
  ];
}
