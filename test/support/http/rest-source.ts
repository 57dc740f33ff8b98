import type { HttpSourceSpec } from '../../../src/definitions/connector/types.ts';
import type { PaginationSpec } from '../../../src/definitions/rest/types.ts';
import { HttpSource, type HttpSurroundings } from '../../../src/sources/http/source.ts';
import type { Style } from '../../stand-ins/rest/pages.ts';
import { restSurroundings, secretsOf } from './rest-surroundings.ts';
import { OPEN_PERMIT } from '../pipeline/open-permit.ts';
import { readAll, type Listing } from '../files/read-rows.ts';

export type RestSpec = Omit<HttpSourceSpec, 'type'>;

interface RestOptions extends Partial<HttpSurroundings> {
  readonly fields?: readonly string[];
  /** Default: the first field. */
  readonly idFields?: readonly string[];
  readonly optional?: ReadonlySet<string>;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** What a source under test says and does beside its rows. */
export interface RestSource {
  readonly source: HttpSource;
  /** Milliseconds of each wait, none of which is waited. */
  readonly waits: number[];
  /** Log lines. */
  readonly lines: string[];
}

/** The pagination that reads each style of the stand-in. */
export const PAGINATION: Readonly<Record<Style, PaginationSpec | undefined>> = {
  whole: undefined,
  cursor: { type: 'cursor', cursorField: 'cursor', nextCursorPath: 'meta.next_cursor' },
  cursor_header: { type: 'cursor', cursorField: 'cursor', nextCursorHeader: 'X-Next-Cursor' },
  next_url: { type: 'next_url', nextUrlPath: 'links.next' },
  link_header: { type: 'link_header' },
  page: { type: 'page' },
  page_total: { type: 'page', totalPagesPath: 'pages' },
  offset: { type: 'offset' },
  offset_total: { type: 'offset', totalPath: 'total' },
  page_total_header: { type: 'page', totalPagesHeader: 'X-Total-Pages' },
  page_count_header: { type: 'page', totalHeader: 'X-Total-Count' },
  page_ends_with_404: { type: 'page', endStatuses: [404] },
  always_next: { type: 'next_url', nextUrlPath: 'links.next', lastPagePath: 'end' },
};

export function restSource(spec: RestSpec, options: RestOptions = {}): RestSource {
  const {
    fields = ['id', 'name'],
    idFields = fields.slice(0, 1),
    optional,
    secrets = {},
    ...given
  } = options;
  const { surroundings: machine, waits, lines } = restSurroundings();
  const surroundings: HttpSurroundings = { ...machine, permit: OPEN_PERMIT, ...given };
  const source = new HttpSource(
    { type: 'http', ...spec },
    fields,
    idFields,
    secretsOf(secrets),
    surroundings,
    optional,
  );
  return { source, waits, lines };
}

/** Reads an API to its end. */
export async function listRest(
  spec: RestSpec,
  options: RestOptions = {},
  checkpoint?: string,
): Promise<Listing> {
  return await readAll(restSource(spec, options).source, checkpoint);
}

/** `id` 1, 2, … and `name` as the contract wants them, as JSON. */
export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({ id: index + 1, name: `row ${index + 1}` }),
  );
}
