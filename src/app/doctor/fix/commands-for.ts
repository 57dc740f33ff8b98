import { loadConnectorUnderPolicy } from '../../catalog/policy.ts';
import type { DoctorContext } from '../doctor.ts';
import type { DoctorFinding } from '../finding.ts';
import { fixCommands, type FixCommand } from './fix-commands.ts';

/** Returns the name of the checked connector, and the commands that fix these findings; none if the connector is not valid. */
export async function commandsFor(
  findings: readonly DoctorFinding[],
  context: DoctorContext,
): Promise<{ readonly name: string; readonly commands: readonly FixCommand[] }> {
  const { connectorPath } = context;
  const isValid = findings.some(({ subject, status }) => subject === 'connector' && status === 'ok');
  if (connectorPath === undefined || !isValid) return { name: '', commands: [] };
  const connector = await loadConnectorUnderPolicy(connectorPath, context);
  const caller = findings.find((finding) => finding.caller !== undefined)?.caller;
  return { name: connector.metadata.name, commands: fixCommands(findings, connector, caller) };
}
