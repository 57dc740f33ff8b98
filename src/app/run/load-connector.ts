import type { Connector } from '../../definitions/connector/types.ts';
import { toBridgeError } from '../../core/errors.ts';
import type { RunOptions } from './job.ts';
import { loadConnectorUnderPolicy, type PolicyPlace } from '../catalog/policy.ts';
import { openTelemetry, type TelemetryContext } from './telemetry.ts';
import { reportedFile } from './reported-connector.ts';

/**
 * Reads the connector of a run. A file that does not load is told of like a run that fails: otherwise a wrong merge stops a
 * connector, and nobody hears.
 * @param path from the working directory
 * @throws BridgeError as `loadConnectorUnderPolicy` does
 */
export async function loadConnectorOrReport(
  path: string,
  options: RunOptions,
  context: TelemetryContext & PolicyPlace,
): Promise<Connector> {
  const { cwd } = context;
  try {
    return await loadConnectorUnderPolicy(path, context);
  } catch (thrown) {
    const telemetry = await openTelemetry(await reportedFile({ path, cwd }), options, context);
    await telemetry.finished({ error: toBridgeError(thrown) });
    throw thrown;
  }
}
