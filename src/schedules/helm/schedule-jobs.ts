import { DEFAULT_TIME_ZONE } from '../../definitions/schedule/types.ts';
import type { Schedulable } from '../schedulable.ts';
import { kubernetesSchedule } from './kubernetes-cron.ts';
import { CRON_JOB_NAME_MAX } from './limits.ts';

/** An entry of `scheduleJobs`, as the definitions determine it. */
export interface ScheduleJob {
  readonly name: string;
  readonly schedule: string;
  readonly connectorPath: string;
  readonly enabled: boolean;
  readonly kind: Schedulable['kind'];
  readonly timeZone: string;
  readonly catchUp: Schedulable['catchUp'];
  readonly secrets: readonly string[];
}

/** The keys of an entry that come from its definition; every other key belongs to the operator. */
export const GENERATED_KEYS = [
  'schedule',
  'connectorPath',
  'enabled',
  'kind',
  'timeZone',
  'catchUp',
  'secrets',
] as const satisfies readonly (keyof ScheduleJob)[];

export type GeneratedKey = (typeof GENERATED_KEYS)[number];

/** What the chart uses if an entry does not have the key. */
export const DEFAULTS: Readonly<Partial<Record<GeneratedKey, string>>> = {
  kind: 'Connector',
  timeZone: DEFAULT_TIME_ZONE,
  catchUp: 'last',
};

/** A definition that cannot become a CronJob. */
export interface Unsupported {
  readonly file: string;
  readonly field: string;
  /** A sentence. */
  readonly message: string;
}

/** The entries for all definitions with a schedule, in the order of the definitions. */
export function scheduleJobs(definitions: readonly Schedulable[]): {
  readonly jobs: readonly ScheduleJob[];
  readonly unsupported: readonly Unsupported[];
} {
  const scheduled = definitions.filter(({ schedule }) => schedule !== undefined);
  const unsupported = scheduled.flatMap((definition, index) => [
    ...tooLong(definition),
    ...sameName(definition, scheduled.slice(0, index)),
  ]);
  return { jobs: scheduled.map(jobOf), unsupported };
}

function jobOf(definition: Schedulable): ScheduleJob {
  const { name, schedule = '', file, paused, kind, timeZone, catchUp, secretVariables } = definition;
  return {
    name,
    schedule: kubernetesSchedule(schedule),
    connectorPath: file,
    enabled: !paused,
    kind,
    timeZone,
    catchUp,
    secrets: secretVariables,
  };
}

function tooLong({ name, file }: Schedulable): Unsupported[] {
  if (name.length <= CRON_JOB_NAME_MAX) return [];
  const message = `${JSON.stringify(name)} has ${name.length} characters, and the name of a CronJob has at most ${CRON_JOB_NAME_MAX}.`;
  return [{ file, field: 'metadata.name', message }];
}

function sameName({ name, file }: Schedulable, earlier: readonly Schedulable[]): Unsupported[] {
  const other = earlier.find((definition) => definition.name === name);
  if (other === undefined) return [];
  const message = `${JSON.stringify(name)} is also the name of the ${other.kind} in ${other.file}, and both would be the same CronJob.`;
  return [{ file, field: 'metadata.name', message }];
}
