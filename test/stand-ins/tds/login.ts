import { ByteReader } from '../wire/byte-reader.ts';
import { Feature } from './tokens.ts';

/** What a client says before it logs in, and is told. */
const PreloginOption = { version: 0, encryption: 1, accessToken: 6, end: 0xff } as const;

export const Encryption = { off: 0, on: 1, notSupported: 2, required: 3 } as const;

const OPTION_BYTES = 5;

export interface Prelogin {
  readonly encryption: number;
  /** Asks whether an access token would be taken. */
  readonly accessToken: boolean;
}

export function readPrelogin(body: Buffer): Prelogin {
  const found = new Map<number, Buffer>();
  for (let at = 0; body.readUInt8(at) !== PreloginOption.end; at += OPTION_BYTES) {
    const start = body.readUInt16BE(at + 1);
    found.set(body.readUInt8(at), body.subarray(start, start + body.readUInt16BE(at + 3)));
  }
  return {
    encryption: found.get(PreloginOption.encryption)?.readUInt8() ?? Encryption.notSupported,
    accessToken: found.get(PreloginOption.accessToken)?.readUInt8() === 1,
  };
}

export function preloginAnswer({ encryption, accessToken }: Prelogin): Buffer {
  const options: (readonly [number, Buffer])[] = [
    [PreloginOption.version, Buffer.from([16, 0, 0x03, 0xe8, 0, 0])],
    [PreloginOption.encryption, Buffer.from([encryption])],
    ...(accessToken ? [[PreloginOption.accessToken, Buffer.from([1])] as const] : []),
  ];
  const index = Buffer.alloc(options.length * OPTION_BYTES + 1, PreloginOption.end);
  let start = index.length;
  for (const [at, [option, value]] of options.entries()) {
    index.writeUInt8(option, at * OPTION_BYTES);
    index.writeUInt16BE(start, at * OPTION_BYTES + 1);
    index.writeUInt16BE(value.length, at * OPTION_BYTES + 3);
    start += value.length;
  }
  return Buffer.concat([index, ...options.map(([, value]) => value)]);
}

export interface Login {
  readonly tdsVersion: number;
  readonly packetBytes: number;
  readonly user: string;
  readonly password: string;
  readonly application: string;
  /** Empty for the user's own. */
  readonly database: string;
  readonly accessToken: string | undefined;
  /** Windows authentication is asked for. */
  readonly integrated: boolean;
}

/** Where the fixed part says where a text is and how many code units it has. */
const Place = { user: 40, password: 44, application: 48, extension: 56, database: 68, sspi: 78 } as const;
const ANY_EXTENSION = 0x10;
const OPTION_FLAGS_3 = 27;

export function readLogin(body: Buffer): Login {
  const bytesAt = (place: number) => {
    const start = body.readUInt16LE(place);
    return body.subarray(start, start + body.readUInt16LE(place + 2) * 2);
  };
  const textAt = (place: number) => bytesAt(place).toString('utf16le');
  const extended = (body.readUInt8(OPTION_FLAGS_3) & ANY_EXTENSION) !== 0;
  return {
    tdsVersion: body.readUInt32LE(4),
    packetBytes: body.readUInt32LE(8),
    user: textAt(Place.user),
    password: unscrambled(bytesAt(Place.password)).toString('utf16le'),
    application: textAt(Place.application),
    database: textAt(Place.database),
    accessToken: extended ? tokenIn(body) : undefined,
    integrated: body.readUInt16LE(Place.sspi + 2) > 0,
  };
}

/** A password's halves of bytes are swapped after they were XORed. This is not encryption. */
function unscrambled(bytes: Buffer): Buffer {
  return Buffer.from(
    bytes.map((byte) => {
      const plain = byte ^ 0xa5;
      return ((plain & 0x0f) << 4) | (plain >> 4);
    }),
  );
}

/** Among the features at the login's end: a library byte, the token's length, the token. */
function tokenIn(body: Buffer): string | undefined {
  const start = body.readUInt32LE(body.readUInt16LE(Place.extension));
  const reader = new ByteReader(body.subarray(start));
  const securityToken = 0x01;
  for (let feature = reader.u8(); feature !== Feature.end; feature = reader.u8()) {
    const value = new ByteReader(reader.take(reader.u32le()));
    if (feature !== Feature.accessToken) continue;
    if (value.u8() >> 1 !== securityToken) return undefined;
    return value.utf16(value.u32le() / 2);
  }
  return undefined;
}
