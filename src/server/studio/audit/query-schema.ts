import { Type, type Static } from 'typebox';
import { AUDIT_ACTIONS, AUDIT_OUTCOMES, type AuditFilter } from '../../../core/access/audit-log.ts';
import { HttpError } from '../../http/http-error.ts';
import { AUDIT_EVENTS_DEFAULT, AUDIT_EVENTS_MAX, AUDIT_FILTER_CHARACTERS_MAX } from '../../limits.ts';

/** Postgres fails on NUL characters, which no entry contains. */
const text = (description: string) =>
  Type.Optional(
    Type.String({ maxLength: AUDIT_FILTER_CHARACTERS_MAX, pattern: '^[^\\u0000]*$', description }),
  );

/** A form submits an empty field as an empty string. */
const filter = {
  from: text('Entries from this day or time on, in UTC: 2026-11-29 or 2026-11-29T08:00:00Z.'),
  until: text('Entries before this time; a day without a time is included as a whole.'),
  actor: text('The id of the actor, or a part of the name.'),
  action: Type.Optional(Type.Union([Type.Enum(AUDIT_ACTIONS), Type.Literal('')])),
  object: text('The kind of the object, or a part of its name.'),
  outcome: Type.Optional(Type.Union([Type.Enum(AUDIT_OUTCOMES), Type.Literal('')])),
};

export const auditExportSchema = Type.Object(filter, { additionalProperties: false });

export const auditQuerySchema = Type.Object(
  {
    ...filter,
    before: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'Entries with a smaller id: `next_before` of the answer with the page before.',
      }),
    ),
    limit: Type.Integer({ minimum: 1, maximum: AUDIT_EVENTS_MAX, default: AUDIT_EVENTS_DEFAULT }),
  },
  { additionalProperties: false },
);

/** The fields of the filter as they were sent. */
export type AuditQuery = Static<typeof auditExportSchema>;

/** @throws HttpError BAD_REQUEST for a time that cannot be read */
export function auditFilter({ from, until, actor, action, object, outcome }: AuditQuery): AuditFilter {
  return {
    from: timeOf('from', from, 0),
    until: timeOf('until', until, 1),
    actor: given(actor),
    action: action === '' ? undefined : action,
    object: given(object),
    outcome: outcome === '' ? undefined : outcome,
  };
}

function given(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}

const DAY_MS = 86_400_000;

/** @param daysAfter added to a day without a time */
function timeOf(field: string, value: string | undefined, daysAfter: number): string | undefined {
  const written = value?.trim() ?? '';
  if (written === '') return undefined;
  const parts = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d(?:\.\d{1,3})?)?Z?)?$/.exec(written);
  const [, day = '', minutes, seconds = ':00'] = parts ?? [];
  const time = Date.parse(minutes === undefined ? `${day}T00:00:00Z` : `${day}T${minutes}${seconds}Z`);
  const valid = !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
  if (parts === null || !valid) {
    throw new HttpError('BAD_REQUEST', `${field} is not a day or a time in UTC.`, {
      hint: 'Write it as 2026-11-29 or 2026-11-29T08:00:00Z.',
    });
  }
  return new Date(minutes === undefined ? time + daysAfter * DAY_MS : time).toISOString();
}
