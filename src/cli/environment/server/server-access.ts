import { isIP } from 'node:net';
import { BridgeError } from '../../../core/errors.ts';
import { ADMIN_KEY_CHARACTERS_MIN, SESSION_SECRET_CHARACTERS_MIN } from '../../limits.ts';
import { secretFault } from '../../../core/secrets/secret-strength.ts';
import { readSignOn, type SignOnVariables } from './sign-on.ts';

/** `ADMIN_API_KEY`, `SESSION_SECRET`, `TRUSTED_PROXY_ADDRESSES` and the variables of `readSignOn`. */
export interface ServerAccess {
  readonly adminKey: string | undefined;
  readonly sessionSecret: string | undefined;
  readonly trustedProxies: readonly string[];
  readonly signOn: SignOnVariables | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** @throws BridgeError ENVIRONMENT_INVALID, without the value of a secret */
export function readServerAccess(env: Variables): ServerAccess {
  const trustedProxies = networks(env);
  return {
    adminKey: secret('ADMIN_API_KEY', env, ADMIN_KEY_CHARACTERS_MIN),
    sessionSecret: secret('SESSION_SECRET', env, SESSION_SECRET_CHARACTERS_MIN),
    trustedProxies,
    signOn: readSignOn(env, trustedProxies),
  };
}

function secret(name: string, env: Variables, charactersMin: number): string | undefined {
  const value = set(env[name]);
  const fault = value === undefined ? undefined : secretFault(value, charactersMin);
  if (fault === undefined) return value;
  throw invalid(`${name} ${fault}.`, 'Make one with: openssl rand -hex 32');
}

function networks(env: Variables): string[] {
  const listed = (set(env['TRUSTED_PROXY_ADDRESSES']) ?? '').split(',').map((entry) => entry.trim());
  const given = listed.filter((entry) => entry !== '');
  const wrong = given.find((entry) => !isNetwork(entry));
  if (wrong === undefined) return given;
  throw invalid(
    `TRUSTED_PROXY_ADDRESSES has ${JSON.stringify(wrong)}, which is not an IP address or CIDR range.`,
    'Write addresses and networks with commas between them, such as 10.0.0.7,10.1.0.0/16,fd00::/8.',
  );
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  // A prefix of 0 is rejected, because not every address is a proxy: 0.0.0.0/0 would let any client claim any identity.
  return (
    prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128))
  );
}

function set(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

function invalid(message: string, hint: string): BridgeError {
  return new BridgeError('ENVIRONMENT_INVALID', message, { hint });
}
