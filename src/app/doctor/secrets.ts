import { BridgeError, toBridgeError } from '../../core/errors.ts';
import { MANAGED_SECRETS_NAMED_MAX } from '../../core/limits.ts';
import { amount } from '../../core/text/count-text.ts';
import { open } from '../../core/secrets/managed/cipher.ts';
import type { KeyRing } from '../../core/secrets/managed/key-ring.ts';
import { secretVariable, type SecretVariables } from '../../definitions/connector/secrets/secrets.ts';
import { inspectSecrets, type InspectedSecrets } from '../../state/secrets/look-up-secrets.ts';
import { stateLocation } from '../run/state-location.ts';
import { keyFacts } from '../secrets/key-facts.ts';
import { check, fail, ok, skip, warn, type DoctorFinding } from './finding.ts';

type Context = Parameters<typeof stateLocation>[0] & SecretVariables;

/** Whether every stored secret can be read, and each key is the one that was used before. Writes nothing. */
export function secretFindings(context: Context, signal: AbortSignal): Promise<DoctorFinding[]> {
  return check('secrets', signal, async () => {
    const ring = context.managedKeys();
    try {
      const inspected = await inspectSecrets(stateLocation(context));
      if (inspected.secrets.length === 0 && ring === undefined) return [];
      return [...keyFindings(inspected, ring), ...shadowedFindings(inspected, context)];
    } catch (thrown) {
      // The check of the state reports these errors in more detail.
      if (!toBridgeError(thrown).code.startsWith('STATE_')) throw thrown;
      return ring === undefined ? [] : skip(['secrets'], 'the state database cannot be read');
    }
  });
}

function keyFindings({ secrets, canaries }: InspectedSecrets, ring: KeyRing | undefined): DoctorFinding[] {
  const wrong = keyFacts(
    secrets.map(({ sealed }) => sealed),
    canaries,
    ring,
  ).filter(({ state }) => state === 'wrong');
  const ofKeys = wrong.map(({ keyId }) =>
    fail(
      'secrets',
      new BridgeError(
        'SECRETS_KEY_WRONG',
        `The key ${keyId} of MANAGED_SECRET_ENCRYPTION_KEY is not the key that was used before under this id.`,
        { hint: 'Set the former key of this id, or give the new key an id of its own.' },
      ),
    ),
  );
  const unreadable = secrets.filter(
    ({ name, sealed }) => ring === undefined || open('managed-secret', name, sealed, ring) === undefined,
  );
  if (unreadable.length > 0) return [...ofKeys, unreadableFinding(unreadable)];
  if (ofKeys.length > 0) return ofKeys;
  const count =
    secrets.length === 0
      ? 'No secrets are stored yet'
      : `${amount(secrets.length, 'stored secret')} can be read`;
  return [ok('secrets', `${count}; the key ${ring?.current.id ?? ''} encrypts new values.`)];
}

function unreadableFinding(unreadable: InspectedSecrets['secrets']): DoctorFinding {
  const named = unreadable
    .slice(0, MANAGED_SECRETS_NAMED_MAX)
    .map(({ name, sealed }) => `${name} (key ${sealed.keyId})`);
  const more = unreadable.length - named.length;
  const list = `${named.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
  return fail(
    'secrets',
    new BridgeError('SECRET_UNREADABLE', `These stored secrets cannot be read: ${list}.`, {
      hint: 'Set MANAGED_SECRET_ENCRYPTION_KEY with their keys, or set these secrets again.',
    }),
  );
}

function shadowedFindings(
  { secrets }: InspectedSecrets,
  variables: Pick<SecretVariables, 'secret'>,
): DoctorFinding[] {
  const shadowed = secrets.filter(({ name }) => variables.secret(secretVariable(name)) !== undefined);
  return shadowed
    .slice(0, MANAGED_SECRETS_NAMED_MAX)
    .map(({ name }) =>
      warn(
        'secrets',
        `${secretVariable(name)} is set too, and not used: the stored secret ${name} takes precedence.`,
        'Unset the variable, or delete the stored secret.',
      ),
    );
}
