import type { WorkTools } from '../../../app/run/run-once.ts';
import type { Knowledge } from '../../../knowledge/knowledge.ts';
import type { CommandIo } from '../../command-io.ts';
import { secretVariablesOf } from '../../environment/environment.ts';
import { stderrLogger } from '../../output/stderr-logger.ts';

/**
 * Opens the engine of knowledge sources with the environment of the process.
 * @param log the logger of a run; otherwise lines go to stderr
 * @throws BridgeError ENVIRONMENT_INVALID, STATE_*
 */
export async function openKnowledge(
  { env, cwd, stderr }: CommandIo,
  log: WorkTools['log'] = stderrLogger({ env, stderr }),
): Promise<Knowledge> {
  const { openKnowledge: open } = await import('../../../app/knowledge/open-knowledge.ts');
  return open({
    databaseUrl: env.databaseUrl,
    cwd,
    policyFile: env.policyFile,
    embeddings: env.embeddings(),
    proxy: env.proxy,
    retry: env.retry(),
    redactor: env.redactor,
    log,
    ...secretVariablesOf(env),
  });
}

/** Does work with the engine, and closes it. */
export async function withKnowledge<Answer>(
  io: CommandIo,
  work: (knowledge: Knowledge) => Promise<Answer>,
): Promise<Answer> {
  const knowledge = await openKnowledge(io);
  try {
    return await work(knowledge);
  } finally {
    await knowledge.close();
  }
}
