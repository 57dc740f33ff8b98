import type { ManagedSecretService } from '../../../app/studio/secrets/managed-secret-service.ts';
import { systemClock } from '../../../core/time/clock.ts';
import { logOfChanges } from '../../output/stderr-logger.ts';
import type { CommandIo } from '../../command-io.ts';

/** Opens the stored secrets with the environment of the process, does work with them, and closes the state. */
export async function withSecrets<Answer>(
  io: CommandIo,
  work: (secrets: ManagedSecretService) => Promise<Answer>,
): Promise<Answer> {
  const { openServerState } = await import('../../../app/serve/server-state.ts');
  const { openManagedSecrets } = await import('../../../app/studio/secrets/managed-secrets.ts');
  const { namedInFolder } = await import('../../../app/secrets/definitions-naming.ts');
  const { env, cwd } = io;
  const { databaseUrl, connectorsDir, policyFile } = env;
  const state = await openServerState({ databaseUrl, cwd, ...logOfChanges(io) });
  try {
    return await work(
      openManagedSecrets({
        store: state.secrets,
        variables: env,
        usedBy: namedInFolder(connectorsDir, { policyFile, cwd }),
        audit: state.audit,
        clock: systemClock,
      }),
    );
  } finally {
    await state.close();
  }
}
