import type { OpsApp } from '../../../app/ops/model/app.ts';
import { definitionPath } from '../elements/addresses.ts';
import { FigureCells, KindTable, RunCell } from '../elements/cells.tsx';
import { Mark, meaningOfState } from '../elements/mark.tsx';
import { Moment, NextDue } from '../elements/moment.tsx';

interface Section {
  readonly apps: readonly OpsApp[];
  readonly now: string;
}

const COLUMNS = ['State', 'App', 'Last sync', 'Last success', 'Next due'];
const FIGURES = ['Created', 'Updated', 'Deleted', 'Held', 'Errors'];
const LOUD = new Set(['Held', 'Errors']);

/** The apps, beside the connectors; renders nothing where there are none. */
export function AppsSection({ apps, now }: Section) {
  if (apps.length === 0) return null;
  const rows = apps.map((app) => <AppRow key={app.app_key} app={app} now={now} />);
  return <KindTable id="apps" title="Apps" columns={COLUMNS} figures={FIGURES} rows={rows} />;
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
      <RunCell run={last} label="last sync" now={now} />
      <td data-label="last success">
        <Moment at={app.last_success_at} now={now} />
      </td>
      <td data-label="next due">
        <NextDue of={app} now={now} />
      </td>
      <FigureCells figures={figures} loud={LOUD} />
    </tr>
  );
}
