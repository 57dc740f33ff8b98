import type { TtcWriter } from '../ttc-writer.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** A ROWID's 18 characters are an object, a file, a block and a row. */
export function writeRowid(writer: TtcWriter, text: string): void {
  const [, object = '', file = '', block = '', row = ''] =
    /^([\w+/]{6})([\w+/]{3})([\w+/]{6})([\w+/]{3})$/.exec(text) ?? [];
  if (object === '') throw new Error(`${text} is no ROWID.`);
  const present = 1;
  writer.u8(present).int(decoded(object)).int(decoded(file)).u8(0).int(decoded(block)).int(decoded(row));
}

function decoded(characters: string): number {
  let value = 0;
  for (const character of characters) value = value * 64 + ALPHABET.indexOf(character);
  return value;
}
