import { textAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';

const SOURCE = 'spec.source';

/** The fields that contain a path into the body of a response. */
const PATHS = [
  `${SOURCE}.paginationNextCursorJsonPath`,
  `${SOURCE}.recordsPath`,
  ...[
    'nextCursorPath',
    'nextUrlPath',
    'nextUrlBasePath',
    'totalPagesPath',
    'totalPath',
    'hasMorePath',
    'lastPagePath',
  ].map((key) => `${SOURCE}.pagination.${key}`),
];

/** A path must consist of names only: a path into a list is never found, and the first page would be the whole listing. */
export function pathFindings(connector: unknown): FieldFinding[] {
  return PATHS.flatMap((path) => {
    const names =
      textAt(connector, path)
        ?.replace(/^\$\.?/, '')
        .split('.') ?? [];
    const wrong = (message: string): FieldFinding[] => [
      {
        code: 'wrong_value',
        path,
        message,
        fix: 'names with one dot between them, such as meta.next_cursor',
      },
    ];
    if (names.some((name) => name.trim() === '')) {
      return wrong('The path has an empty name: at its beginning, at its end, or between two dots.');
    }
    const index = names.find((name) => /^(?:-?\d+|\*)$|\[(?:-?\d*|-?\d*:-?\d*|\*)\]$/.test(name));
    if (index === undefined) return [];
    return wrong(`The path leads into a list (${index}), and a path has only names of keys.`);
  });
}
