/** The sources that `init` has an example connector for. */
export const INIT_SOURCES = ['postgres', 'mysql', 'mssql', 'oracle', 'http', 'file', 'push'] as const;

/** What starts the runs of a scaffolded repository. */
export const INIT_SCHEDULES = ['kestra', 'helm', 'pg-cron', 'none'] as const;

export type InitSource = (typeof INIT_SOURCES)[number];
export type InitSchedule = (typeof INIT_SCHEDULES)[number];

export interface InitChoices {
  readonly source: InitSource;
  readonly schedule: InitSchedule;
  /** What package.json depends on: a package file, a version of a registry, or the URL of a Git commit. */
  readonly dependency: string;
}
