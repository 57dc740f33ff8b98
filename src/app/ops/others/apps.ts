import type { App } from '../../../definitions/app/types.ts';
import type { Holder, Newest } from '../../../state/server/ops-connectors.ts';
import type { RunQueries } from '../../../state/server/ops-state.ts';
import { appCommands, releasable } from '../commands.ts';
import { freshnessOf, stateOf, usualSeconds } from '../connector/connector-facts.ts';
import { scheduleFields, timetableOf, type Schedules } from '../connector/schedule.ts';
import type { OpsApp } from '../model/app.ts';
import { STATES_BY_NEED } from '../model/connector.ts';
import { opsRun } from '../run/run-facts.ts';

interface Apps {
  readonly apps: ReadonlyMap<string, { readonly file: string; readonly app: App }>;
  readonly state: Pick<RunQueries, 'holders' | 'newestRuns'>;
  readonly now: Date;
  readonly schedules: Schedules;
}

/** Every app that has a file or was ever synced, those that need attention first. */
export async function opsApps({ apps, state, now, schedules }: Apps): Promise<OpsApp[]> {
  const holders = await state.holders();
  const keys = [...new Set([...apps.keys(), ...holders.keys()])];
  const newest = keys.length === 0 ? undefined : await state.newestRuns(keys);
  return keys
    .map((appKey) => {
      const known = { entry: apps.get(appKey), newest: newest?.get(appKey), holder: holders.get(appKey) };
      return opsApp(appKey, known, now, schedules);
    })
    .sort(byNeed);
}

interface Known {
  readonly entry: { readonly file: string; readonly app: App } | undefined;
  readonly newest: Newest | undefined;
  readonly holder: Holder | undefined;
}

function opsApp(appKey: string, { entry, newest, holder }: Known, now: Date, schedules: Schedules): OpsApp {
  const spec = entry?.app.spec;
  const freshness = freshnessOf({ timetable: timetableOf(spec), newest, holder }, now, schedules);
  const last = newest?.last ?? null;
  const finished = newest?.finished ?? null;
  const counts = newest?.committed?.counts ?? null;
  const held = releasable(counts?.held ?? 0, newest?.committed?.holdReason ?? null);
  const state = stateOf(newest, holder, freshness.late === true);
  return {
    app_key: appKey,
    file: entry?.file ?? null,
    ...scheduleFields(spec),
    state,
    last_run: last === null ? null : opsRun(last, now, holder, 'app'),
    previous_run:
      last?.status === 'RUNNING' && finished !== null ? opsRun(finished, now, holder, 'app') : null,
    last_success_at: newest?.success?.finishedAt ?? null,
    freshness,
    usual_seconds: usualSeconds(newest?.committed ?? null),
    held_deletes: counts?.held ?? null,
    errors: counts?.quarantined ?? null,
    commands: appCommands(appKey, state === 'held' ? held : 0),
  };
}

function byNeed(left: OpsApp, right: OpsApp): number {
  const need = STATES_BY_NEED.indexOf(left.state) - STATES_BY_NEED.indexOf(right.state);
  if (need !== 0) return need;
  return left.app_key < right.app_key ? -1 : 1;
}
