import { resolve } from 'node:path';
import { STATE_FILE } from '../../state/run/open-state.ts';

/** The location of the state store: `DATABASE_URL`, or the embedded file below the working directory. */
export function stateLocation({
  databaseUrl,
  cwd,
}: {
  readonly databaseUrl: string | undefined;
  readonly cwd: string;
}) {
  return { url: databaseUrl, file: resolve(cwd, STATE_FILE) };
}
