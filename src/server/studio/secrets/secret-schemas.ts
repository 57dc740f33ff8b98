import { Type } from 'typebox';
import {
  MANAGED_SECRET_BINDINGS_MAX,
  MANAGED_SECRET_BYTES_MAX,
  MANAGED_SECRET_NAME_CHARACTERS_MAX,
  MANAGED_SECRET_NOTE_CHARACTERS_MAX,
} from '../../../core/limits.ts';
import { NO_NUL } from '../../ops/query-schemas.ts';
import { SECRET_BINDING_CHARACTERS_MAX, SECRET_FORM_LIST_CHARACTERS_MAX } from '../../limits.ts';

const name = Type.String({
  minLength: 1,
  maxLength: MANAGED_SECRET_NAME_CHARACTERS_MAX,
  pattern: NO_NUL,
  description: 'Name of the secret, as in secretRef.',
});

export const secretParams = Type.Object({ name });

const bindings = (description: string) =>
  Type.Array(Type.String({ maxLength: SECRET_BINDING_CHARACTERS_MAX }), {
    maxItems: MANAGED_SECRET_BINDINGS_MAX,
    description,
  });

/** The lists are required, so that a request that leaves one out does not remove a restriction. */
export const secretOrderSchema = Type.Object(
  {
    value: Type.Optional(
      Type.String({
        maxLength: MANAGED_SECRET_BYTES_MAX,
        description: 'The value, which no answer contains. Without it the stored value is kept.',
      }),
    ),
    allowed_hosts: bindings(
      'Hosts that the value may be sent to, such as *.example.com. Empty: any, in runs.',
    ),
    allowed_connectors: bindings('Connectors that may use it. Empty: any, in runs.'),
    note: Type.String({ maxLength: MANAGED_SECRET_NOTE_CHARACTERS_MAX, default: '' }),
  },
  { additionalProperties: false },
);

const lines = Type.String({ maxLength: SECRET_FORM_LIST_CHARACTERS_MAX, default: '' });
const fields = {
  value: Type.String({ maxLength: MANAGED_SECRET_BYTES_MAX, default: '' }),
  hosts: lines,
  connectors: lines,
  note: Type.String({ maxLength: MANAGED_SECRET_NOTE_CHARACTERS_MAX, default: '' }),
};

export const editFormSchema = Type.Object(fields, { additionalProperties: false });
export const newFormSchema = Type.Object(
  { name: Type.String({ maxLength: MANAGED_SECRET_NAME_CHARACTERS_MAX, default: '' }), ...fields },
  { additionalProperties: false },
);

const moment = Type.String({ format: 'date-time' });
const secretSchema = Type.Object(
  {
    name: Type.String(),
    key_id: Type.String({ description: 'Id of the key that it is encrypted with.' }),
    created_at: moment,
    created_by: Type.String(),
    updated_at: moment,
    updated_by: Type.String(),
    last_used_at: Type.Union([moment, Type.Null()], { description: 'To the hour; null: never.' }),
    allowed_hosts: Type.Array(Type.String()),
    allowed_connectors: Type.Array(Type.String()),
    note: Type.String(),
    also_in_variable: Type.Union([Type.String(), Type.Null()], {
      description: 'The environment variable of the same name, which is not used; null: not set.',
    }),
  },
  { additionalProperties: false },
);

export const secretListSchema = Type.Object(
  {
    configured: Type.Boolean({ description: 'Whether MANAGED_SECRET_ENCRYPTION_KEY is set.' }),
    secrets: Type.Array(secretSchema),
    keys: Type.Array(
      Type.Object(
        {
          key_id: Type.String(),
          state: Type.Enum(['current', 'readable', 'missing', 'wrong'] as const),
          secrets: Type.Integer({ description: 'Secrets that are encrypted with it.' }),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false, description: 'The stored secrets, without their values.' },
);

export const setAnswerSchema = Type.Object(
  { name: Type.String(), result: Type.Enum(['created', 'changed'] as const) },
  { additionalProperties: false, description: 'It is stored.' },
);
export const deleteAnswerSchema = Type.Object(
  { name: Type.String(), result: Type.Literal('deleted') },
  { additionalProperties: false, description: 'It is deleted.' },
);
export const rotateAnswerSchema = Type.Object(
  { rotated: Type.Integer({ description: 'Secrets that were encrypted again.' }) },
  { additionalProperties: false, description: 'Every secret is encrypted with the first key.' },
);

export const deleteQuerySchema = Type.Object(
  {
    confirmed: Type.Boolean({
      default: false,
      description: 'Required if a definition names the secret.',
    }),
  },
  { additionalProperties: false },
);
