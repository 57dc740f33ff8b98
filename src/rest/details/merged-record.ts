import { BRACE, BRACE_END, COMMA, eachMember, isObject, type Span } from '../../json/scan.ts';
import type { RecordText } from '../templates/record-templates.ts';

/** A member that a record receives, with its value in bytes of its own. */
export interface NewMember extends Span {
  readonly name: string;
  readonly bytes: Buffer;
}

const OPEN = Buffer.of(BRACE);
const CLOSE = Buffer.of(BRACE_END);
const SEPARATOR = Buffer.of(COMMA);

/** Returns the members of an object. */
export function membersOf(bytes: Buffer, start: number): NewMember[] {
  const members: NewMember[] = [];
  eachMember(bytes, start, (name, from, end) => members.push({ name, bytes, start: from, end }));
  return members;
}

/** Returns the JSON of a record with new members, which replace those of the same names. The bytes of values are copied as they are. */
export function mergedRecord({ bytes, start }: RecordText, added: readonly NewMember[]): Buffer {
  const replaced = new Set(added.map(({ name }) => name));
  const own = isObject(bytes, start) ? membersOf(bytes, start) : [];
  const pieces = [...own.filter(({ name }) => !replaced.has(name)), ...added].flatMap((member, index) => [
    ...(index === 0 ? [] : [SEPARATOR]),
    Buffer.from(`${JSON.stringify(member.name)}:`),
    member.bytes.subarray(member.start, member.end),
  ]);
  return Buffer.concat([OPEN, ...pieces, CLOSE]);
}
