import type { KindName } from '../definitions/files/kind-names.ts';
import type { ScheduleSpec } from '../definitions/schedule/types.ts';

/** A definition as schedulers see it. */
export interface Schedulable {
  readonly kind: KindName;
  /** `metadata.name` */
  readonly name: string;
  /** The key under which syncs of an App are requested; only an App has one. */
  readonly appKey?: string;
  /** The file, as `run --connector` gets it: relative to the working directory of runs, with `/`. */
  readonly file: string;
  readonly schedule: string | undefined;
  readonly timeZone: string;
  readonly paused: boolean;
  readonly catchUp: NonNullable<ScheduleSpec['catchUp']>;
  /** The environment variables of all secrets that a run needs, such as `SECRET_HR_DB_CREDENTIALS`; sorted, each once. */
  readonly secretVariables: readonly string[];
}
