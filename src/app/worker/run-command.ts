import type { RunKind } from '../../pipeline/ports/state-port.ts';
import {
  REQUESTED_BY_SCHEDULE,
  type RunRequestKind,
  type TakenRunRequest,
} from '../../state/run-requests/queue.ts';
import { secretVariablesOf } from '../catalog/secret-variables.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { BridgeError } from '../../core/errors.ts';
import { problemLine } from '../../definitions/problem.ts';
import type { ChildCommand } from './child-process.ts';

/** The environment of a run. @param secretVariables the `SECRET_…` variables of its definitions */
export type VariablesFor = (
  kind: RunKind,
  secretVariables: readonly string[],
) => Readonly<Record<string, string>>;

export interface CommandContext {
  readonly catalog: Catalog;
  readonly variablesFor: VariablesFor;
}

/** Options of every child process: one result object on stdout, and log lines without progress on stderr. */
const OUTPUT = ['--progress', 'off', '--json'];

const NOUNS: Readonly<Record<RunRequestKind, string>> = {
  connector: 'connector',
  knowledge_source: 'knowledge source',
};

/**
 * The command that executes a request. The name in the request is looked up among the valid definitions of `CONNECTORS_DIR`, so
 * a request cannot name any other file. A paused definition runs only when a person asks for it.
 * @throws BridgeError DEFINITION_UNKNOWN or DEFINITION_PAUSED
 */
export async function runCommandOf(
  { kind, name, runId, requestedBy }: Pick<TakenRunRequest, 'kind' | 'name' | 'runId' | 'requestedBy'>,
  { catalog, variablesFor }: CommandContext,
): Promise<ChildCommand> {
  const { connectors, knowledgeSources, problems, mayBeBroken } = await catalog.current();
  const end = ['--run-id', runId, ...OUTPUT];
  if (kind === 'connector') {
    const found = connectors.get(name);
    if (found !== undefined) {
      requireActive(kind, name, found.connector.spec, requestedBy);
      const secrets = await secretVariablesOf('Connector', found.connector);
      return { args: ['run', '--connector', found.file, ...end], variables: variablesFor(kind, secrets) };
    }
  } else {
    const found = knowledgeSources.get(name);
    if (found !== undefined) {
      requireActive(kind, name, found.knowledgeSource.spec, requestedBy);
      const secrets = await secretVariablesOf('KnowledgeSource', found.knowledgeSource);
      const args = ['kb', 'sync', '--source', name, '--until-done', ...end];
      return { args, variables: variablesFor(kind, secrets) };
    }
  }
  const lines = mayBeBroken(name) ? problems.map(problemLine) : [];
  throw new BridgeError(
    'DEFINITION_UNKNOWN',
    [`CONNECTORS_DIR has no valid ${NOUNS[kind]} with the name ${name}.`, ...lines],
    { hint: 'Check the files with: gemini-sync-bridge validate' },
  );
}

/** A job of pg_cron may be older than the definition, and a request may wait while the definition is paused. */
function requireActive(
  kind: RunRequestKind,
  name: string,
  { paused = false }: { readonly paused?: boolean },
  requestedBy: string,
): void {
  if (!paused || requestedBy !== REQUESTED_BY_SCHEDULE) return;
  throw new BridgeError(
    'DEFINITION_PAUSED',
    `The ${NOUNS[kind]} ${name} is paused, so its schedule starts no run.`,
    {
      hint: 'Remove its job with: gemini-sync-bridge generate pg-cron',
    },
  );
}

/** The command that executes the waiting requests for syncs of apps. */
export async function queuedSyncsCommand({ catalog, variablesFor }: CommandContext): Promise<ChildCommand> {
  const { apps } = await catalog.current();
  const secrets = await Promise.all([...apps.values()].map(({ app }) => secretVariablesOf('App', app)));
  return { args: ['sync', '--queued', ...OUTPUT], variables: variablesFor('app', secrets.flat()) };
}
