import { Type } from 'typebox';
import { sourceIdSchema } from './batch-schemas.ts';

export const ADMIN = { access: 'admin' } as const;

/** The path of a route about one source. */
export const idParams = Type.Object({ id: sourceIdSchema });

/** The body of a form without fields. Its form token is taken out before the body is validated. */
export const emptyForm = Type.Optional(Type.Object({}, { additionalProperties: false }));
