import type { OpsApp } from '../../../app/ops/model/app.ts';
import { definitionPath, runPath } from '../elements/addresses.ts';
import { countText, UNKNOWN } from '../elements/figures.ts';
import { Mark, meaningOfState } from '../elements/mark.tsx';
import { Moment } from '../elements/moment.tsx';

interface Section {
  readonly apps: readonly OpsApp[];
  readonly now: string;
}

const FIGURES = ['Created', 'Updated', 'Deleted', 'Held', 'Errors'] as const;

/** The apps, beside the connectors; renders nothing where there are none. */
export function AppsSection({ apps, now }: Section) {
  if (apps.length === 0) return null;
  return (
    <section aria-labelledby="apps-title">
      <h2 id="apps-title" tabindex={-1}>
        Apps
      </h2>
      <div id="apps" data-live>
        <div class="scroll" tabindex={0} role="region" aria-label="Table of apps">
          <table class="cards">
            <caption class="unseen">Apps</caption>
            <thead>
              <tr>
                <th scope="col">State</th>
                <th scope="col">App</th>
                <th scope="col">Last sync</th>
                <th scope="col">Last success</th>
                <th scope="col">Next due</th>
                {FIGURES.map((title) => (
                  <th scope="col" class="figure" key={title}>
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {apps.map((app) => (
                <AppRow key={app.app_key} app={app} now={now} />
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </section>
  );
}

function AppRow({ app, now }: { readonly app: OpsApp; readonly now: string }) {
  const { app_key: key, last_run: last, previous_run: previous } = app;
  const meaning = meaningOfState(app.state);
  const counts = last?.counts ?? previous?.counts ?? null;
  const figures = {
    Created: counts?.added ?? null,
    Updated: counts?.changed ?? null,
    Deleted: counts?.deleted ?? null,
    Held: app.held_deletes,
    Errors: counts?.quarantined ?? null,
  };
  return (
    <tr data-key={key} data-news={key} data-word={meaning.word}>
      <td>
        <Mark meaning={meaning} />
      </td>
      <td class="name">
        <a href={definitionPath({ kind: 'app', connector_id: key })}>{key}</a>
        {app.file === null && <span class="quiet label"> no file</span>}
      </td>
      <td data-label="last sync">
        {last === null ? (
          <span class="unknown">{UNKNOWN}</span>
        ) : (
          <a href={runPath(last.run_id)}>
            <Moment at={last.started_at} now={now} />
          </a>
        )}
      </td>
      <td data-label="last success">
        <Moment at={app.last_success_at} now={now} />
      </td>
      <td data-label="next due">
        <Moment at={app.freshness.next_due_at} now={now} />
      </td>
      {FIGURES.map((title) => (
        <td
          key={title}
          class={`figure${(title === 'Held' || title === 'Errors') && (figures[title] ?? 0) > 0 ? ' loud' : ''}`}
          data-label={title.toLowerCase()}
        >
          {countText(figures[title])}
        </td>
      ))}
    </tr>
  );
}
