import type { Certificates } from '../../support/http/certificates.ts';
import type { ByteWriter } from '../wire/byte-writer.ts';
import { notPlayed, TdsError } from './answer.ts';
import { SERVER_COLLATION } from './values/collations.ts';
import type { Login } from './login.ts';
import { FIRST_PACKET_BYTES } from './packets.ts';
import {
  EnvironmentChange,
  writeBinaryChange,
  writeFeatureAcknowledgement,
  writeLoginAcknowledgement,
  writeTextChange,
} from './tokens.ts';

/** Who gets in, and how. */
export interface Admission {
  /** Passwords by user. */
  readonly users: Readonly<Record<string, string>>;
  /** Those of Entra ID that are taken. None unless given. */
  readonly accessTokens?: readonly string[];
  /** The databases that there are. Any unless given. */
  readonly databases?: readonly string[];
  /** Without them the server has no TLS. */
  readonly certificates?: Pick<Certificates, 'certificate' | 'key'>;
  /** With certificates: who does not want TLS is let in too (`offered`, the default), or is not; or only TDS 8.0 is. */
  readonly encryption?: 'offered' | 'required' | 'tds8';
  /** Refuses a login whose password is right: an account that is disabled, a database that starts. */
  readonly refuseLogin?: (login: Login) => TdsError | undefined;
}

/** 7.4, in which the server speaks with everyone. */
const TDS_VERSION = 0x7400_0004;
const PACKET_MAX_BYTES = 32_767;

/** @throws TdsError with the number that SQL Server has for it */
export function admit(login: Login, admission: Admission): void {
  const { user, accessToken, database } = login;
  if (login.integrated) throw notPlayed('Windows authentication');
  const known =
    accessToken === undefined
      ? Object.hasOwn(admission.users, user) && admission.users[user] === login.password
      : (admission.accessTokens ?? []).includes(accessToken);
  if (!known) {
    const who = accessToken === undefined ? user : '<token-identified principal>';
    throw new TdsError(18_456, `Login failed for user '${who}'.`, { severity: 14 });
  }
  const { databases } = admission;
  if (database !== '' && databases !== undefined && !databases.includes(database)) {
    const message = `Cannot open database "${database}" requested by the login. The login failed.`;
    throw new TdsError(4060, message, { severity: 11 });
  }
  const refusal = admission.refuseLogin?.(login);
  if (refusal !== undefined) throw refusal;
}

/** @returns how long the packets of this connection are from now on, in bytes */
export function writeWelcome(writer: ByteWriter, login: Login, database: string): number {
  const packetBytes = Math.min(PACKET_MAX_BYTES, Math.max(512, login.packetBytes));
  writeTextChange(writer, EnvironmentChange.database, database, 'master');
  writeBinaryChange(writer, EnvironmentChange.collation, SERVER_COLLATION);
  writeLoginAcknowledgement(writer, TDS_VERSION);
  writeTextChange(writer, EnvironmentChange.packetBytes, String(packetBytes), String(FIRST_PACKET_BYTES));
  writeFeatureAcknowledgement(writer, login.accessToken !== undefined);
  return packetBytes;
}
