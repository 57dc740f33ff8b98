import { requireRight, type Actor } from '../../../core/access/actor.ts';
import type { AuditEvent, AuditLog } from '../../../core/access/audit-log.ts';
import { BridgeError } from '../../../core/errors.ts';
import { secretRefsOf } from '../../../definitions/connector/secrets/secret-references.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { RunStarter } from '../../serve/run-starter.ts';

/** A run that a person asks for. A paused connector runs, too. */
export interface RunNowOrder {
  readonly connectorId: string;
  /** Finds the changes and applies none. */
  readonly dryRun: boolean;
  /** Reads everything, whatever the checkpoint says. */
  readonly full: boolean;
}

interface RunNowContext {
  readonly catalog: Catalog;
  readonly runStarter: Pick<RunStarter, 'start'>;
  readonly audit: AuditLog;
}

/**
 * Starts a run of a connector as a process of its own. The start is recorded in the audit log before it happens.
 * @returns the id of the run; undefined if the limit of concurrent runs of this server is reached
 * @throws BridgeError RIGHT_MISSING, DEFINITION_UNKNOWN or STATE_*
 */
export async function runNow(
  { connectorId, dryRun, full }: RunNowOrder,
  actor: Actor,
  { catalog, runStarter, audit }: RunNowContext,
): Promise<string | undefined> {
  requireRight(actor, 'operate');
  const found = (await catalog.current()).connectors.get(connectorId);
  if (found === undefined) throw noValidConnector(connectorId);
  const record = (outcome: AuditEvent['outcome'], details: AuditEvent['details'] = {}) =>
    audit.record({
      actor,
      action: 'run.start',
      object: { kind: 'connector', name: connectorId },
      outcome,
      details: { dry_run: dryRun, full, ...details },
    });
  await record('started');
  const runId = await runStarter.start({
    connectorId,
    file: found.file,
    secretRefs: secretRefsOf(found.connector),
    dryRun,
    full,
    startedBy: actor.id,
  });
  await record(runId === undefined ? 'refused' : 'ok', { run_id: runId ?? null });
  return runId;
}

/** A name of a connector that has no file, or only a file with errors. */
export function noValidConnector(connectorId: string): BridgeError {
  return new BridgeError('DEFINITION_UNKNOWN', `The connector ${connectorId} is unknown or not valid.`, {
    hint: 'Check the connectors with: gemini-sync-bridge validate',
  });
}
