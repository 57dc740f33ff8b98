import { OWN_HEADERS } from '../../connector/rules/http.ts';
import { pathFinding, singlePathFinding } from '../../connector/rules/paths.ts';
import { textAt, textsAt, valueAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';
import { BASE_URL, CONFIG, headerTexts } from '../config-fields.ts';

const at = (key: string): string => `${CONFIG}.${key}`;

/** Other programs write null for a key that has no value. */
function has(source: unknown, key: string): boolean {
  return (valueAt(source, at(key)) ?? null) !== null;
}

/** Rules about how the pages of a source are requested. */
export function listingFindings(source: unknown): FieldFinding[] {
  return [
    ...styleFindings(source),
    ...parameterFindings(source),
    ...pageSizeFindings(source),
    ...pathFindings(source),
    ...headerFindings(source),
  ];
}

function styleFindings(source: unknown): FieldFinding[] {
  const style = textAt(source, at('cursorStyle'));
  const hasPath = has(source, 'nextCursorPath');
  const findings: FieldFinding[] = [];
  if (hasPath && style !== undefined && style !== 'cursor') {
    findings.push({
      code: 'pagination_twice',
      path: at('nextCursorPath'),
      message: `The pages are described twice: nextCursorPath is for cursors, and cursorStyle is ${style}.`,
      fix: `no nextCursorPath, or cursorStyle: cursor`,
    });
  }
  if (!hasPath && style === 'cursor') {
    findings.push({
      code: 'missing_key',
      path: at('nextCursorPath'),
      message: 'nextCursorPath is missing, which cursorStyle: cursor needs.',
      fix: 'nextCursorPath: meta.next_cursor',
    });
  }
  if (has(source, 'currentOffsetPath') && style !== 'offset') {
    findings.push({
      code: 'misplaced_key',
      path: at('currentOffsetPath'),
      message: `currentOffsetPath has no use: the pages are not requested by offset.`,
      fix: 'cursorStyle: offset, or no currentOffsetPath',
    });
  }
  return findings;
}

function parameterFindings(source: unknown): FieldFinding[] {
  const cursor = textAt(source, at('cursorParam'));
  const style = textAt(source, at('cursorStyle')) ?? (has(source, 'nextCursorPath') ? 'cursor' : 'page');
  const findings: FieldFinding[] = [];
  if (cursor === undefined && style !== 'page') {
    findings.push({
      status: 'warn',
      code: 'missing_key',
      path: at('cursorParam'),
      message: `cursorParam is missing, so the ${style} is sent as the parameter page.`,
      fix: `cursorParam: ${style === 'offset' ? 'skip' : 'cursor'}`,
    });
  }
  const size = textAt(source, at('pageSizeParam'));
  const place = cursor ?? 'page';
  if (size === place) {
    findings.push({
      code: 'pagination_twice',
      path: at('pageSizeParam'),
      message: `The parameter ${place} is for the ${style} too.`,
      fix: 'another parameter, or no pageSizeParam',
    });
  }
  const address = textAt(source, BASE_URL);
  if (address === undefined || !URL.canParse(address)) return findings;
  const { searchParams } = new URL(address);
  for (const [key, name] of [
    ['cursorParam', place],
    ['pageSizeParam', size],
  ] as const) {
    if (name === undefined || !searchParams.has(name)) continue;
    findings.push({
      code: 'pagination_twice',
      path: BASE_URL,
      message: `The address already has the parameter ${name}, which ${key} sets in each request.`,
      fix: `the address without ${name}`,
    });
  }
  return findings;
}

/** A listing by page number ends at a page with fewer items than a full one has. */
function pageSizeFindings(source: unknown): FieldFinding[] {
  const isPage =
    !has(source, 'nextCursorPath') && ['page', undefined].includes(textAt(source, at('cursorStyle')));
  if (!isPage || has(source, 'pageSizeParam') || has(source, 'defaultPageSize')) return [];
  return [
    {
      status: 'warn',
      code: 'missing_key',
      path: at('pageSizeParam'),
      message:
        'pageSizeParam is missing, so the API chooses the number of items per page; a first page with fewer than 100 ends the listing.',
      fix: 'pageSizeParam: limit; or defaultPageSize: the number of items that a full page of this API has',
    },
  ];
}

function pathFindings(source: unknown): FieldFinding[] {
  const single = ['nextCursorPath', 'currentOffsetPath', 'totalPath', 'idField', 'titleField'];
  const items = textAt(source, at('itemsPath'));
  return [
    ...(items === undefined || items === '$' ? [] : pathFinding(at('itemsPath'), items)),
    ...single.flatMap((key) =>
      textsAt(source, at(key)).flatMap(({ path, text }) => singlePathFinding(path, text)),
    ),
    ...textsAt(source, at('textFields')).flatMap(({ path, text }) => pathFinding(path, text)),
  ];
}

function headerFindings(source: unknown): FieldFinding[] {
  const named = ['ifNoneMatchHeader', 'ifModifiedSinceHeader'].flatMap((key) =>
    textsAt(source, at(key)).map(({ path, text }) => ({ path, name: text })),
  );
  return [...headerTexts(source), ...named]
    .filter(({ name }) => OWN_HEADERS.test(name))
    .map(({ path, name }) => ({
      code: 'misplaced_key',
      path,
      message: `The header ${name} is for the program to choose: it belongs to the connection.`,
      fix: `no ${name}`,
    }));
}
