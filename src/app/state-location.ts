import { join } from 'node:path';

const EMBEDDED_STATE = join('.gemini-sync-bridge', 'state.db');

/** The state store: `DATABASE_URL`, or an embedded file below the working directory. */
export function stateLocation({
  databaseUrl,
  cwd,
}: {
  readonly databaseUrl: string | undefined;
  readonly cwd: string;
}) {
  return { url: databaseUrl, file: join(cwd, EMBEDDED_STATE) };
}
