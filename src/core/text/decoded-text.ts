/** A text after some decoding, with the position in the original of each of its units. */
export interface DecodedText {
  readonly text: string;
  /** Offset in the original at which a unit begins. */
  start(unit: number): number;
  /** Offset in the original after a unit. */
  end(unit: number): number;
}

/** Escapes of JSON and similar formats, sequences of percent-encoding, and entities of HTML and XML. */
const ENCODED =
  /(?:%[0-9A-Fa-f]{2})+|\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[bfnrt"'\\/])|&(?:#[xX][0-9A-Fa-f]{1,6}|#\d{1,7}|[a-z]{2,6});/g;
/** How deep encodings may be nested: an address in JSON in a line of JSON. */
const DEPTH_MAX = 4;

const ESCAPES = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
const ENTITIES = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['sol', '/'],
  ['bsol', '\\'],
  ['plus', '+'],
  ['equals', '='],
  ['colon', ':'],
  ['commat', '@'],
  ['percnt', '%'],
  ['num', '#'],
  ['dollar', '$'],
  ['excl', '!'],
  ['quest', '?'],
  ['nbsp', ' '],
]);

/** The text itself, then with one more level of encoding removed each time. */
export function decodings(text: string): DecodedText[] {
  const found: DecodedText[] = [{ text, start: (unit) => unit, end: (unit) => unit + 1 }];
  for (let depth = 0; depth < DEPTH_MAX; depth += 1) {
    const next = decoded(found[depth]);
    if (next === undefined) break;
    found.push(next);
  }
  return found;
}

/** @returns undefined when nothing in the text is encoded */
function decoded(before: DecodedText | undefined): DecodedText | undefined {
  if (before === undefined || !/[%\\&]/.test(before.text)) return undefined;
  const starts: number[] = [];
  const ends: number[] = [];
  let text = '';
  let at = 0;
  const keep = (end: number) => {
    text += before.text.slice(at, end);
    for (; at < end; at += 1) {
      starts.push(before.start(at));
      ends.push(before.end(at));
    }
  };
  for (const match of before.text.matchAll(ENCODED)) {
    for (const { units, from, to } of decodedParts(match[0])) {
      keep(match.index + from);
      text += units;
      starts.push(...Array<number>(units.length).fill(before.start(at)));
      ends.push(...Array<number>(units.length).fill(before.end(match.index + to - 1)));
      at = match.index + to;
    }
  }
  if (at === 0) return undefined;
  keep(before.text.length);
  return { text, start: (unit) => starts[unit] ?? 0, end: (unit) => ends[unit] ?? 0 };
}

interface DecodedPart {
  readonly units: string;
  /** Offsets in the encoded text. */
  readonly from: number;
  readonly to: number;
}

/** Empty for text that only looks encoded, such as an unknown entity. */
function decodedParts(encoded: string): DecodedPart[] {
  if (encoded.startsWith('%')) return percentParts(encoded);
  const units = encoded.startsWith('\\') ? unescaped(encoded.slice(1)) : entity(encoded.slice(1, -1));
  return units === undefined ? [] : [{ units, from: 0, to: encoded.length }];
}

/** Decodes each ASCII octet separately, and a sequence of other octets together. */
function percentParts(encoded: string): DecodedPart[] {
  return [...encoded.matchAll(/%[0-7][0-9A-Fa-f]|(?:%[89A-Fa-f][0-9A-Fa-f])+/g)].map((match) => ({
    units: Buffer.from(match[0].replaceAll('%', ''), 'hex').toString(),
    from: match.index,
    to: match.index + match[0].length,
  }));
}

function unescaped(escape: string): string {
  if (escape.length > 1) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
  return ESCAPES.get(escape) ?? escape;
}

function entity(name: string): string | undefined {
  if (!name.startsWith('#')) return ENTITIES.get(name);
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0x10_ff_ff ? undefined : String.fromCodePoint(code);
}
