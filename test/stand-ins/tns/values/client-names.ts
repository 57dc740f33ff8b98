import type { TtcReader } from '../ttc-reader.ts';

/** What a client calls itself, in the order in which it says so. */
const NAMES = [
  'client identifier',
  'module',
  'action',
  'execution context',
  'client info',
  'operation',
] as const;

export type ClientName = (typeof NAMES)[number];

/** These two are followed by fields that drivers leave empty. */
const EMPTY_FIELDS_BEHIND: Readonly<Partial<Record<ClientName, number>>> = {
  'execution context': 1,
  'client info': 2,
};

/** @returns those that the client sets now; empty text takes a name away */
export function readClientNames(reader: TtcReader): Partial<Record<ClientName, string>> {
  const pointers = 2;
  reader.skip(pointers);
  reader.int();
  const set = NAMES.map((name) => {
    const given = reader.u8() === 1;
    const length = reader.int();
    for (let left = EMPTY_FIELDS_BEHIND[name] ?? 0; left > 0; left -= 1) {
      reader.skip(1);
      reader.int();
    }
    return { name, given, length };
  });
  const names: Partial<Record<ClientName, string>> = {};
  for (const { name, given, length } of set) {
    if (given) names[name] = length === 0 ? '' : String(reader.value() ?? '');
  }
  return names;
}
