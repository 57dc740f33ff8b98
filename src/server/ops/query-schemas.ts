import { Type } from 'typebox';
import {
  OPS_OFFSET_MAX,
  OPS_RUNS_DEFAULT,
  OPS_RUNS_MAX,
  OPS_WINDOW_HOURS_DEFAULT,
  OPS_WINDOW_HOURS_MAX,
} from '../limits.ts';
import { SORTS } from './overview/connector-list.ts';
import { RUN_KINDS, statusFilterSchema } from '../../app/ops/model/run.ts';

/** The schema of a run id or connector name in a URL. Postgres fails on NUL characters, which no name contains. */
function nameSchema(description: string) {
  return Type.String({ minLength: 1, maxLength: NAME_CHARACTERS_MAX, pattern: NO_NUL, description });
}

const NAME_CHARACTERS_MAX = 256;
export const NO_NUL = '^[^\\u0000]*$';

const shared = {
  kind: Type.Enum(RUN_KINDS, { default: 'connector', description: 'Whose runs are listed.' }),
  window_hours: Type.Integer({
    minimum: 1,
    maximum: OPS_WINDOW_HOURS_MAX,
    default: OPS_WINDOW_HOURS_DEFAULT,
    description: 'Runs that started within this number of hours.',
  }),
  limit_runs: Type.Integer({ minimum: 1, maximum: OPS_RUNS_MAX, default: OPS_RUNS_DEFAULT }),
  offset_runs: Type.Integer({ minimum: 0, maximum: OPS_OFFSET_MAX, default: 0 }),
};

export const snapshotQuerySchema = Type.Object(
  {
    status: Type.Optional(statusFilterSchema),
    connector_id: Type.Optional(nameSchema('One connector, knowledge source or app alone.')),
    ...shared,
  },
  { additionalProperties: false },
);

/** A form submits an empty field as an empty string. */
export const pageQuerySchema = Type.Object(
  {
    status: Type.Optional(Type.Union([statusFilterSchema, Type.Literal('')])),
    connector_id: Type.Optional(Type.String({ maxLength: NAME_CHARACTERS_MAX, pattern: NO_NUL })),
    connectors: Type.Optional(Type.Literal('all')),
    find: Type.Optional(Type.String({ maxLength: NAME_CHARACTERS_MAX, pattern: NO_NUL })),
    sort: Type.Optional(Type.Enum(SORTS)),
    order: Type.Optional(Type.Enum(['asc', 'desc'] as const)),
    ...shared,
  },
  { additionalProperties: false },
);

/** An id of a document has at most some hundred characters; its key in the source may be longer. */
const DOCUMENT_CHARACTERS_MAX = 2_048;

export const documentQuerySchema = Type.Object(
  { doc: Type.String({ minLength: 1, maxLength: DOCUMENT_CHARACTERS_MAX, pattern: NO_NUL }) },
  { additionalProperties: false },
);

export const idParamsSchema = Type.Object({ id: nameSchema('Name of the connector.') });
export const runParamsSchema = Type.Object({ run_id: nameSchema('Id of the run.') });
