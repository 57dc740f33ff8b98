import { PACKET_BYTES, PacketType } from './packets.ts';

/** What a client wants from a listener. */
export interface ConnectRequest {
  /** The connect descriptor, as the client has put it together. */
  readonly descriptor: string;
  readonly service: string | undefined;
  readonly sid: string | undefined;
}

/** Where a CONNECT packet says how long its descriptor is and where it begins. */
const DESCRIPTOR_LENGTH = 24;
const DESCRIPTOR_START = 26;

/** @returns undefined if the descriptor is too long for this packet and comes in the next */
export function readConnect(bytes: Buffer): ConnectRequest | undefined {
  const start = bytes.readUInt16BE(DESCRIPTOR_START);
  const end = start + bytes.readUInt16BE(DESCRIPTOR_LENGTH);
  return bytes.length < end ? undefined : connectRequest(bytes.toString('ascii', start, end));
}

export function connectRequest(descriptor: string): ConnectRequest {
  const find = (name: string) => new RegExp(`\\(${name}=([^)]*)\\)`, 'i').exec(descriptor)?.[1];
  return { descriptor, service: find('SERVICE_NAME'), sid: find('SID') };
}

/** The last version without a flag for the end of an answer, which came with 23ai. */
const VERSION = 318;
const ACCEPT_BYTES = 45;
/** Neither encryption nor integrity checks of Oracle's own are there. */
const NO_NETWORK_SERVICES = 0x08 | 0x04;

export function acceptPacket(): Buffer {
  const bytes = Buffer.alloc(ACCEPT_BYTES);
  bytes.writeUInt16BE(ACCEPT_BYTES, 0);
  bytes.writeUInt8(PacketType.accept, 4);
  bytes.writeUInt16BE(VERSION, 8);
  bytes.writeUInt16BE(PACKET_BYTES, 12);
  bytes.writeUInt16BE(PACKET_BYTES, 14);
  bytes.writeUInt16BE(1, 16);
  bytes.writeUInt8(NO_NETWORK_SERVICES, 22);
  bytes.writeUInt8(NO_NETWORK_SERVICES, 23);
  bytes.writeUInt32BE(PACKET_BYTES, 32);
  bytes.writeUInt32BE(PACKET_BYTES, 36);
  return bytes;
}

/** A listener's refusal, with the number that follows `ORA-` or `TNS-`. */
export function refusePacket(code: number): Buffer {
  const reason = Buffer.from(`(DESCRIPTION=(ERR=${code})(ERROR_STACK=(ERROR=(CODE=${code})(EMFI=4))))`);
  const start = Buffer.alloc(12);
  start.writeUInt16BE(start.length + reason.length, 0);
  start.writeUInt8(PacketType.refuse, 4);
  start.writeUInt16BE(reason.length, 10);
  return Buffer.concat([start, reason]);
}
