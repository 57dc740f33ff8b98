import { lookUpSecrets } from '../../state/secrets/look-up-secrets.ts';
import { pushTokenValue, type StoredPushToken } from '../secrets/push-token.ts';
import { secretVariable, type SecretVariables } from '../../definitions/connector/secrets/secrets.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import { BridgeError, toBridgeError } from '../../core/errors.ts';
import { PUSH_TOKEN_CHARACTERS_MIN } from '../../core/limits.ts';
import { secretFault } from '../../core/secrets/secret-strength.ts';
import { openCheckState } from '../../state/check/open-check-state.ts';
import { stateLocation } from '../run/state-location.ts';
import { check, fail, ok, skip, type DoctorFinding } from './finding.ts';

/** The events that wait for the next run of a push connector. This check creates and migrates nothing. */
export function pushQueueFindings(
  { metadata }: Connector,
  place: Parameters<typeof stateLocation>[0],
  signal: AbortSignal,
): Promise<DoctorFinding[]> {
  return check('source', signal, async () => {
    try {
      const state = await openCheckState(stateLocation(place));
      try {
        const { batches, events, oldestReceivedAt } = await state.queueDepth(metadata.name);
        if (oldestReceivedAt === null) return [ok('source', 'Nothing that was pushed waits for a run.')];
        const what = `${events} pushed ${events === 1 ? 'event' : 'events'} in ${batches} ${batches === 1 ? 'batch' : 'batches'}`;
        return [ok('source', `Waiting for the next run: ${what}, the oldest of ${oldestReceivedAt}.`)];
      } finally {
        await state.close();
      }
    } catch (thrown) {
      // The check of the state reports these errors in more detail.
      const { code } = toBridgeError(thrown);
      if (!code.startsWith('STATE_')) throw thrown;
      return skip(['source'], 'the state, which has the queue, cannot be read');
    }
  });
}

/** Whether the token that producers send can be guessed. A token that is not set is not checked. */
export async function pushTokenFindings(
  connector: Connector,
  context: Parameters<typeof stateLocation>[0] & SecretVariables,
): Promise<DoctorFinding[]> {
  const { source } = connector.spec;
  const ref = 'secretRef' in source ? source.secretRef : undefined;
  if (ref === undefined) return [];
  let stored: StoredPushToken;
  let token: string | undefined;
  try {
    [stored] = await lookUpSecrets(stateLocation(context)).read([ref]);
    token = pushTokenValue(connector, ref, stored, context);
  } catch (thrown) {
    const error = toBridgeError(thrown);
    // The check of the state reports these errors in more detail.
    return error.code.startsWith('STATE_') ? [] : [fail('source', error)];
  }
  const place = stored === undefined ? secretVariable(ref) : ref;
  const fault = token === undefined ? undefined : secretFault(token, PUSH_TOKEN_CHARACTERS_MIN);
  if (fault === undefined) return [];
  const error = new BridgeError(
    'SECRET_WEAK',
    `The push token ${place} ${fault}. Pushes with it are refused.`,
    {
      hint: `Set ${place} to another value, such as the output of: openssl rand -hex 32`,
    },
  );
  return [fail('source', error)];
}
