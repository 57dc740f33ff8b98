/** Exit statuses are an API: an orchestrator uses them to decide whether to retry, alert or continue. */
export const EXIT = {
  done: 0,
  bug: 1,
  usage: 2,
  held: 3,
  partial: 4,
  badData: 65,
  unavailable: 69,
  tryAgain: 75,
  permission: 77,
  configuration: 78,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitName = keyof typeof EXIT;
export type ExitStatus = (typeof EXIT)[ExitName];

/** What an orchestrator should do after a run. */
export type Reaction = 'go on' | 'alert' | 'ask a person' | 'warn' | 'retry' | 'run again if needed';

interface ExitMeaning {
  /** A clause for help, tables and API descriptions. */
  readonly meaning: string;
  readonly reaction: Reaction;
}

/**
 * The only list of what the exit statuses mean: help, README and the reference pages are made from it, and the Kestra flow is
 * checked against it.
 */
export const EXIT_MEANINGS: Readonly<Record<ExitName, ExitMeaning>> = {
  done: { meaning: 'done, also when there was nothing to do', reaction: 'go on' },
  bug: { meaning: 'a bug in this program', reaction: 'alert' },
  usage: { meaning: 'the command line is wrong', reaction: 'alert' },
  held: { meaning: 'deletes are held; everything else was applied', reaction: 'ask a person' },
  partial: {
    meaning: 'some rows were quarantined, rejected or not listed; everything else was applied',
    reaction: 'warn',
  },
  badData: { meaning: 'bad data: the run failed', reaction: 'alert' },
  unavailable: {
    meaning: 'the source, the data store, the bucket or the state database refuses',
    reaction: 'alert',
  },
  tryAgain: {
    meaning: 'try again later: network, quota, an unfinished import, or another run of this connector',
    reaction: 'retry',
  },
  permission: { meaning: 'credentials are wrong or do not permit this', reaction: 'alert' },
  configuration: { meaning: 'a connector, a secret or the environment is wrong', reaction: 'alert' },
  interrupted: { meaning: 'stopped by SIGINT (Ctrl-C)', reaction: 'run again if needed' },
  terminated: { meaning: 'stopped by SIGTERM', reaction: 'run again if needed' },
};

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(EXIT).map(([name, status]) => [status, name]),
);

/** All names of exit statuses, in the order of the numbers. */
export const EXIT_NAMES: readonly ExitName[] = [...NAMES.values()].filter(isExitName);

function isExitName(name: string): name is ExitName {
  return Object.hasOwn(EXIT, name);
}
