import type { FastifyRequest } from 'fastify';
import { HttpError } from '../../http/http-error.ts';
import { DRAFT_FIELDS_MAX } from '../../limits.ts';
import { pathOfControl } from './field-ids.ts';

/** A submitted form of the editor. */
export interface SubmittedForm {
  /** NaN if the form has none. */
  readonly version: number;
  readonly text: string | undefined;
  readonly fields: ReadonlyMap<string, string>;
  readonly remove: string | undefined;
}

/** @throws HttpError BAD_REQUEST */
export function submittedForm(body: FastifyRequest['body']): SubmittedForm {
  const entries = Object.entries(typeof body === 'object' && body !== null ? body : {});
  if (entries.length > DRAFT_FIELDS_MAX)
    throw new HttpError('BAD_REQUEST', `The form has more than ${DRAFT_FIELDS_MAX} fields.`);
  const values = new Map(
    entries.map(([name, value]) => [
      name,
      pathOfControl(name) === undefined ? lastText(value) : linesOf(value),
    ]),
  );
  const fields = new Map(
    [...values].flatMap(([name, value]) => {
      const path = pathOfControl(name);
      return path === undefined ? [] : [[path, value] as const];
    }),
  );
  return {
    version: Number(values.get('version')),
    text: values.get('text'),
    fields,
    remove: values.get('remove'),
  };
}

/** Boxes of one name are the items of a list; a hidden empty one is added, so that the list can be emptied. */
function linesOf(value: unknown): string {
  if (!Array.isArray(value)) return lastText(value);
  return value.filter((each) => typeof each === 'string' && each !== '').join('\n');
}

function lastText(value: unknown): string {
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  return typeof last === 'string' ? last : '';
}
