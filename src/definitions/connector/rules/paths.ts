import { parsePath, withoutRoot } from '../../../core/text/field-path.ts';
import { PATH_STEPS_MAX } from '../../../core/limits.ts';
import { PATH_CHARACTERS_MAX } from '../../limits.ts';
import { textsAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';

const SOURCE = 'spec.source';
const MAPPING = 'spec.mapping';

const PAGINATION_KEYS = [
  'nextCursorPath',
  'nextUrlPath',
  'nextUrlBasePath',
  'totalPagesPath',
  'totalPath',
  'hasMorePath',
  'lastPagePath',
];

/** The fields that contain a path to the records of a response. */
const RECORD_PATHS = [`${SOURCE}.recordsPath`, `${SOURCE}.parents.recordsPath`];

/** The fields that contain a path to one value of a response. */
const SINGLE_PATHS = [
  `${SOURCE}.paginationNextCursorJsonPath`,
  ...[`${SOURCE}.pagination`, `${SOURCE}.parents.pagination`].flatMap((place) =>
    PAGINATION_KEYS.map((key) => `${place}.${key}`),
  ),
  ...[
    'changes.deletedPath',
    'changes.nextPath',
    'detail.recordPath',
    'job.start.idPath',
    'job.poll.statusPath',
    'job.resultUrlPath',
    'login.tokenPath',
  ].map((key) => `${SOURCE}.${key}`),
];

/** The fields of the mapping that need one value of a record. */
const SINGLE_FIELDS = [`${MAPPING}.idField`, `${SOURCE}.watermarkField`];
const LIST_FIELDS = ['titleField', 'aclUsersField', 'aclGroupsField', 'metadataFields'].map(
  (key) => `${MAPPING}.${key}`,
);

/** A path that cannot lead to a value: the first page would be the whole listing, or a field would be absent in every record. */
export function pathFindings(connector: unknown): FieldFinding[] {
  const each = (paths: readonly string[], check: (path: string, text: string) => FieldFinding[]) =>
    paths.flatMap((path) => textsAt(connector, path).flatMap(({ path: place, text }) => check(place, text)));
  return [
    ...each(RECORD_PATHS, (path, text) => (text === '$' ? [] : pathFinding(path, text))),
    ...each(SINGLE_PATHS, singlePathFinding),
    ...each(SINGLE_FIELDS, singleValueFinding),
    ...each([...SINGLE_FIELDS, ...LIST_FIELDS], notationFinding),
  ];
}

/** Checks a path in a response or in a record, which may lead to a list of values. */
export function pathFinding(path: string, text: string): FieldFinding[] {
  const names = withoutMatches(withoutRoot(text)).split('.');
  if (names.some((name) => name.trim() === '')) {
    const message = 'The path has an empty name: at its beginning, at its end, or between two dots.';
    return [wrong(path, message, 'names with one dot between them, such as meta.next_cursor')];
  }
  const index = names.find((name) => /^-?\d+$/.test(name));
  if (index === undefined) return notationFinding(path, text);
  const message = `The path leads into a list with .${index}, and an element of a list is written in brackets.`;
  return [wrong(path, message, `[${index}], such as data[${index}].id`)];
}

/** Checks a path in a response or in a record that must lead to one value. */
export function singlePathFinding(path: string, text: string): FieldFinding[] {
  const findings = pathFinding(path, text);
  return findings.length > 0 ? findings : singleValueFinding(path, text);
}

function singleValueFinding(path: string, text: string): FieldFinding[] {
  if (text.length > PATH_CHARACTERS_MAX || !parsePath(withoutRoot(text)).many) return [];
  const message = 'The path leads to a list of values, and one value is needed here.';
  return [
    wrong(path, message, 'an element by its number, such as data[0].id, or data[-1].id for the last one'),
  ];
}

/** Other notations for lists would be read as parts of a name, which no record has. */
function notationFinding(path: string, text: string): FieldFinding[] {
  if (text.length > PATH_CHARACTERS_MAX) return [];
  const [bracket] = /\[(?:\*|\?[^[\]]*|["'][^[\]]*|-?\d*:-?\d*)\]/.exec(text) ?? [];
  if (bracket !== undefined) {
    const message = `The path has ${bracket}, which is not a notation of paths here.`;
    const fix =
      '[] for each element, [0] or [-1] for one, [type=user] for those with a value, and names with dots between them';
    return [wrong(path, message, fix)];
  }
  const [quoted] = /\[[^[\]=]+=["'][^[\]]*\]/.exec(text) ?? [];
  if (quoted !== undefined) {
    const message = `The path has ${quoted}, and the text to compare with has no quotation marks.`;
    return [wrong(path, message, '[type=user]')];
  }
  if (withoutMatches(text).split(/[.[]/).length <= PATH_STEPS_MAX) return [];
  return [wrong(path, `The path has more than ${PATH_STEPS_MAX} steps.`, 'a shorter path')];
}

/** Removes the texts in `[type=user]`, which may have dots. */
function withoutMatches(text: string): string {
  return text.replaceAll(/\[[^[\]=]+=[^[\]]*\]/g, '[]');
}

function wrong(path: string, message: string, fix: string): FieldFinding {
  return { code: 'wrong_value', path, message, fix };
}
