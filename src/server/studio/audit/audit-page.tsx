import { AUDIT_ACTIONS, AUDIT_OUTCOMES, type RecordedAuditEvent } from '../../../core/access/audit-log.ts';
import { AUDIT_FILTER_CHARACTERS_MAX, AUDIT_EVENTS_DEFAULT } from '../../limits.ts';
import type { Viewer } from '../elements/viewer.ts';
import { exactText } from '../../ops/elements/figures.ts';
import { studioFrame } from '../elements/frame.tsx';
import { AUDIT_PATH } from '../paths.ts';
import type { AuditQuery } from './query-schema.ts';

interface AuditPage {
  readonly events: readonly RecordedAuditEvent[];
  readonly before: number | undefined;
  /** The fields of the filter as they were sent. */
  readonly asked: AuditQuery;
  readonly isFirst: boolean;
  readonly limit: number;
  /** Why the filter is invalid; the list of entries is then empty. */
  readonly problem?: { readonly message: string; readonly hint?: string | undefined };
  readonly viewer: Viewer;
}

/** The audit log as a table, with a filter that works without JavaScript. */
export function auditPage(page: AuditPage): string {
  const { events, before, asked, isFirst, limit, problem, viewer } = page;
  const filtered = Object.values(asked).some((value) => value !== '');
  const address = (path: string, more: Readonly<Record<string, string>> = {}) => addressOf(path, asked, more);
  const shown = limit === AUDIT_EVENTS_DEFAULT ? {} : { limit: String(limit) };
  return studioFrame({
    title: 'Audit log',
    part: 'audit',
    viewer,
    children: (
      <section aria-labelledby="audit-title">
        <h1 id="audit-title">Audit log</h1>
        <p class="quiet">
          Who did what on which object, newest first. Times are in UTC. Entries cannot be changed.
        </p>
        {problem !== undefined && (
          <div class="need tone-bad" role="alert">
            <p>{problem.message}</p>
            {problem.hint !== undefined && <p class="fix">{problem.hint}</p>}
          </div>
        )}
        <AuditFilterForm asked={asked} filtered={filtered} limit={limit} />
        {events.length > 0 && <Events events={events} />}
        {events.length === 0 && problem === undefined && <Empty filtered={filtered} isFirst={isFirst} />}
        <nav class="pager" aria-label="Pages of the audit log">
          {!isFirst && <a href={address(AUDIT_PATH, shown)}>Newest</a>}
          {before !== undefined && (
            <a rel="next" href={address(AUDIT_PATH, { ...shown, before: String(before) })}>
              Older
            </a>
          )}
          {events.length > 0 && (
            <a href={address('/v1/studio/audit.ndjson')} download>
              Export {filtered ? 'all that match' : 'all entries'} as NDJSON
            </a>
          )}
        </nav>
      </section>
    ),
  });
}

function AuditFilterForm({
  asked,
  filtered,
  limit,
}: {
  readonly asked: AuditQuery;
  readonly filtered: boolean;
  readonly limit: number;
}) {
  const text = (name: 'from' | 'until' | 'actor' | 'object', label: string, placeholder: string) => (
    <label>
      {label}
      <input
        name={name}
        value={asked[name] ?? ''}
        placeholder={placeholder}
        maxlength={AUDIT_FILTER_CHARACTERS_MAX}
        autocomplete="off"
        spellcheck={false}
      />
    </label>
  );
  const choice = (name: 'action' | 'outcome', label: string, values: readonly string[]) => (
    <label>
      {label}
      <select name={name}>
        <option value="">any</option>
        {values.map((value) => (
          <option key={value} value={value} selected={value === asked[name]}>
            {value}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <form class="filter" method="get" action={AUDIT_PATH} role="search" aria-label="Which entries">
      {text('from', 'From (UTC)', '2026-11-29')}
      {text('until', 'Until (UTC)', '2026-11-30T08:00Z')}
      {text('actor', 'Actor', 'id or part of a name')}
      {choice('action', 'Action', AUDIT_ACTIONS)}
      {text('object', 'Object', 'kind or part of a name')}
      {choice('outcome', 'Outcome', AUDIT_OUTCOMES)}
      {limit !== AUDIT_EVENTS_DEFAULT && <input type="hidden" name="limit" value={limit} />}
      <button type="submit">Show</button>
      {filtered && <a href={AUDIT_PATH}>Clear</a>}
    </form>
  );
}

function Empty({ filtered, isFirst }: { readonly filtered: boolean; readonly isFirst: boolean }) {
  if (!isFirst) return <p class="nothing">No older entries match.</p>;
  return filtered ? (
    <p class="nothing">No entry matches the filter. Clear a field to see more.</p>
  ) : (
    <p class="nothing">
      The audit log has no entries yet. Logins, refused requests, and changes of keys and secrets appear here.
    </p>
  );
}

function Events({ events }: { readonly events: readonly RecordedAuditEvent[] }) {
  return (
    <div class="scroll" role="region" aria-label="Entries of the audit log" tabindex={0}>
      <table class="audit cards">
        <thead>
          <tr>
            {['Time', 'Actor', 'Action', 'Object', 'Outcome', 'Details'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <Row key={event.id} event={event} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({
  event: { at, actor, action, object, outcome, details },
}: {
  readonly event: RecordedAuditEvent;
}) {
  const facts = [
    ...Object.entries(details).map(([name, value]) => `${name}: ${String(value)}`),
    ...(actor.requestId === null ? [] : [`request: ${actor.requestId}`]),
  ];
  return (
    <tr>
      <td>
        <time datetime={at}>{exactText(at)}</time>
      </td>
      <td class="breaks">
        <bdi>{actor.name}</bdi>
        <span class="quiet small">
          {' '}
          {actor.kind.replace('_', ' ')} {actor.id === actor.name ? '' : actor.id}
          {actor.address === null ? '' : ` from ${actor.address}`}
        </span>
      </td>
      <td>{action}</td>
      <td class="breaks">
        <bdi>{object.name}</bdi> <span class="quiet small">{object.kind.replace('_', ' ')}</span>
      </td>
      <td class={`outcome ${outcome}`} data-label="outcome">
        {outcome}
      </td>
      <td class="breaks quiet small">{facts.join(' · ')}</td>
    </tr>
  );
}

function addressOf(path: string, asked: AuditQuery, more: Readonly<Record<string, string>>): string {
  const given = Object.entries({ ...asked, ...more }).filter(([, value]) => value !== '');
  const query = new URLSearchParams(given).toString();
  return query === '' ? path : `${path}?${query}`;
}
