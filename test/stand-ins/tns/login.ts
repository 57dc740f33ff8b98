import { createCipheriv, createDecipheriv, createHash, pbkdf2Sync, randomBytes } from 'node:crypto';
import { TnsError } from './answer.ts';
import { MessageType } from './messages.ts';
import type { TtcReader } from './ttc-reader.ts';
import type { TtcWriter } from './ttc-writer.ts';

/** How the database keeps a password: as since Oracle 12c, or in a way so old that thin clients refuse it. */
export type PasswordVersion = '12c' | '10g';

const VERIFIERS: Readonly<Record<PasswordVersion, number>> = { '12c': 0x4815, '10g': 0x0939 };

/** 19.3 */
const SERVER_VERSION = 0x1303_0000;
const KEY_BYTES = 32;
const VERIFIER_ITERATIONS = 4_096;
const SESSION_ITERATIONS = 3;

/** Client and server prove to each other that they know the password, and neither sends it. */
export class LoginExchange {
  readonly user: string;
  readonly #password: string;
  readonly #version: PasswordVersion;
  readonly #verifierSalt = randomBytes(16);
  readonly #sessionSalt = randomBytes(16);
  readonly #serverKey = randomBytes(KEY_BYTES);
  readonly #passwordKey: Buffer;

  /** @param password of this user; undefined if there is none, which the client must not notice */
  constructor(user: string, password: string | undefined, version: PasswordVersion) {
    this.user = user;
    this.#password = password ?? randomBytes(16).toString('hex');
    this.#version = version;
    const salt = Buffer.concat([this.#verifierSalt, Buffer.from('AUTH_PBKDF2_SPEEDY_KEY')]);
    const stretched = pbkdf2Sync(this.#password, salt, VERIFIER_ITERATIONS, 64, 'sha512');
    const hash = createHash('sha512').update(stretched).update(this.#verifierSalt).digest();
    this.#passwordKey = hash.subarray(0, KEY_BYTES);
  }

  writeChallenge(writer: TtcWriter): void {
    const pairs = 5;
    writer.u8(MessageType.parameters).int(pairs);
    writer.pair('AUTH_SESSKEY', hex(encrypted(this.#passwordKey, this.#serverKey)));
    writer.pair('AUTH_VFR_DATA', hex(this.#verifierSalt), VERIFIERS[this.#version]);
    writer.pair('AUTH_PBKDF2_CSK_SALT', hex(this.#sessionSalt));
    writer.pair('AUTH_PBKDF2_VGEN_COUNT', String(VERIFIER_ITERATIONS));
    writer.pair('AUTH_PBKDF2_SDER_COUNT', String(SESSION_ITERATIONS));
  }

  /**
   * Finds out whether the client knows the password.
   * @returns the key of this session, with which the server proves that it knows it too
   * @throws TnsError ORA-01017
   */
  verify(answer: ReadonlyMap<string, string>): Buffer {
    const sessionKey = this.#sessionKey(answer);
    const claimed = decrypted(sessionKey, Buffer.from(answer.get('AUTH_PASSWORD') ?? '', 'hex'));
    // The first block is there by chance only, the last byte says how many fill the last one.
    const password = claimed.subarray(16, claimed.length - (claimed.at(-1) ?? 0));
    if (!password.equals(Buffer.from(this.#password))) throw wrongPassword();
    return sessionKey;
  }

  writeWelcome(writer: TtcWriter, sessionKey: Buffer, service: string): void {
    const proof = Buffer.concat([randomBytes(16), Buffer.from('SERVER_TO_CLIENT')]);
    const pairs = 4;
    writer.u8(MessageType.parameters).int(pairs);
    writer.pair('AUTH_SVR_RESPONSE', hex(encrypted(sessionKey, proof)));
    writer.pair('AUTH_VERSION_NO', String(SERVER_VERSION));
    writer.pair('AUTH_SC_SERVICE_NAME', service);
    writer.pair('AUTH_MAX_OPEN_CURSORS', '300');
  }

  /** Of both halves. */
  #sessionKey(answer: ReadonlyMap<string, string>): Buffer {
    const clientKey = decrypted(this.#passwordKey, Buffer.from(answer.get('AUTH_SESSKEY') ?? '', 'hex'));
    const halves = hex(Buffer.concat([clientKey.subarray(0, KEY_BYTES), this.#serverKey]));
    return pbkdf2Sync(halves, this.#sessionSalt, SESSION_ITERATIONS, KEY_BYTES, 'sha512');
  }
}

/** Of both phases of a login: who it is, and what the client says besides. */
export function readLogin(reader: TtcReader): { user: string; pairs: ReadonlyMap<string, string> } {
  reader.u8();
  const named = reader.int() > 0;
  reader.int();
  reader.u8();
  const count = reader.int();
  reader.skip(2);
  const user = named ? String(reader.value() ?? '') : '';
  return { user: user.toUpperCase(), pairs: new Map(Array.from({ length: count }, () => reader.pair())) };
}

function wrongPassword(): TnsError {
  return new TnsError(1017, 'invalid username/password; logon denied');
}

const hex = (bytes: Buffer): string => bytes.toString('hex').toUpperCase();

function encrypted(key: Buffer, plain: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-cbc', key, Buffer.alloc(16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(plain), cipher.final()]);
}

/** @throws TnsError ORA-01017 if the length is not a multiple of the block size */
function decrypted(key: Buffer, secret: Buffer): Buffer {
  if (secret.length === 0 || secret.length % 16 !== 0) throw wrongPassword();
  const decipher = createDecipheriv('aes-256-cbc', key, Buffer.alloc(16)).setAutoPadding(false);
  return Buffer.concat([decipher.update(secret), decipher.final()]);
}
