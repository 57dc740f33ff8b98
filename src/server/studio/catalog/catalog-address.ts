import { Type, type Static } from 'typebox';
import {
  CATALOG_FILTERS,
  CATALOG_MODES,
  CATALOG_SORTS,
  type CatalogQuery,
} from '../../../app/studio/catalog/find-entries.ts';
import { CATALOG_PAGES_MAX } from '../../limits.ts';
import { CATALOG_PATH } from '../paths.ts';

const FIND_CHARACTERS_MAX = 256;
const NO_NUL = '^[^\\u0000]*$';

/** A form submits an empty field as an empty string. */
export const catalogQuerySchema = Type.Object(
  {
    find: Type.Optional(
      Type.String({
        maxLength: FIND_CHARACTERS_MAX,
        pattern: NO_NUL,
        description: 'Words that the name, file, description, mode or type of source must contain.',
      }),
    ),
    mode: Type.Optional(Type.Union([Type.Enum(CATALOG_MODES), Type.Literal('')])),
    state: Type.Optional(
      Type.Union([Type.Enum(CATALOG_FILTERS), Type.Literal('')], {
        description: 'By the newest run, or: broken file, paused, has an open proposal.',
      }),
    ),
    sort: Type.Optional(Type.Enum(CATALOG_SORTS)),
    order: Type.Optional(Type.Enum(['asc', 'desc'] as const)),
    page: Type.Optional(Type.Integer({ minimum: 1, maximum: CATALOG_PAGES_MAX })),
  },
  { additionalProperties: false },
);

/** The order that a reader usually wants first. */
export const FIRST_ORDER: Readonly<Record<CatalogQuery['sort'], CatalogQuery['order']>> = {
  name: 'asc',
  state: 'asc',
  last_run: 'desc',
  next_run: 'asc',
};

export function catalogQueryOf(query: Static<typeof catalogQuerySchema>): CatalogQuery {
  const { find = '', mode = '', state = '', sort = 'name', page = 1 } = query;
  return {
    find: find.trim(),
    mode: mode === '' ? null : mode,
    state: state === '' ? null : state,
    sort,
    order: query.order ?? FIRST_ORDER[sort],
    page,
  };
}

/** The address of the catalog with these filters; default values are left out. */
export function catalogAddress({ find, mode, state, sort, order, page }: CatalogQuery): string {
  const query = new URLSearchParams();
  if (find !== '') query.set('find', find);
  if (mode !== null) query.set('mode', mode);
  if (state !== null) query.set('state', state);
  if (sort !== 'name') query.set('sort', sort);
  if (order !== FIRST_ORDER[sort]) query.set('order', order);
  if (page > 1) query.set('page', String(page));
  const text = query.toString();
  return text === '' ? CATALOG_PATH : `${CATALOG_PATH}?${text}`;
}
