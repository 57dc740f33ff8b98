import { startGoogleStandIn, type GoogleStandIn } from '../../stand-ins/google.ts';
import { runHere } from '../processes/run-here.ts';
import { workplace, type ConnectorChanges, type Workplace } from './workplace.ts';

export const BUCKET = 'company-sync';
/** The data store of the connector that `workplace` writes. */
export const DATA_STORE = {
  project: 'my-project',
  location: 'global',
  id: 'people',
  aclEnabled: false,
  contentConfig: 'CONTENT_REQUIRED',
} as const;

/** A working directory whose runs deliver to stand-ins of Cloud Storage and Discovery Engine. */
export interface GoogleWorkplace extends Pick<Workplace, 'cwd' | 'writeConnector' | 'run' | 'runJson'> {
  readonly google: GoogleStandIn;
  /** Ids of documents that the data store rejects. */
  readonly rejected: Set<string>;
  close(): Promise<void>;
}

interface Options {
  /** The environment of every run, beside the addresses of the stand-ins. */
  readonly env?: Readonly<Record<string, string>>;
  readonly aclEnabled?: boolean;
  /** See `workplace`. */
  readonly runIt?: typeof runHere;
}

/** Starts the stand-ins; the connector of `writeConnector` uploads to `BUCKET` unless its changes name another output. */
export async function openGoogleWorkplace(
  cwd: string,
  { env = {}, aclEnabled = false, runIt = runHere }: Options = {},
): Promise<GoogleWorkplace> {
  const rejected = new Set<string>();
  const google = await startGoogleStandIn({
    buckets: [BUCKET],
    dataStores: [{ ...DATA_STORE, aclEnabled }],
    errorForm: 'document',
    // An operation that is done immediately is never polled: each poll would take two seconds.
    synchronous: true,
    rejectDocument: ({ id }) => (rejected.has(String(id)) ? 'It is odd.' : undefined),
  });
  const place = workplace(cwd, { ...google.env, ...env }, runIt, []);
  return {
    ...place,
    google,
    rejected,
    writeConnector: (changes: ConnectorChanges = {}) => {
      place.writeConnector({ output: { bucket: `gs://${BUCKET}` }, ...changes });
    },
    close: () => google.close(),
  };
}
