import type { ConnectorSpec } from '../../definitions/connector/types.ts';
import type { Logger } from '../../core/log.ts';
import type { Exposure } from '../../net/exposure.ts';
import { sourceExposure } from '../../sources/exposure.ts';
import { stateExposure } from '../../database/database-url.ts';

/**
 * Warns if traffic to the state database could be read or changed in transit.
 * @throws BridgeError ENVIRONMENT_INVALID
 */
export function warnOfStateExposure(databaseUrl: string | undefined, log: Logger): void {
  warn('state', stateExposure(databaseUrl), log);
}

/**
 * Warns if traffic to a source's database could be read or changed in transit.
 * @throws BridgeError SECRET_*
 */
export function warnOfSourceExposure(
  spec: Pick<ConnectorSpec, 'source'>,
  secret: (ref: string) => string,
  log: Logger,
): void {
  warn('source', sourceExposure(spec, secret), log);
}

function warn(of: 'state' | 'source', exposure: Exposure | undefined, log: Logger): void {
  if (exposure === undefined) return;
  log.warn(`the ${of} is not protected on the way`, { reason: exposure.what, hint: exposure.fix });
}
