/** A text after some decoding, and where in the original each of its units came from. */
export interface DecodedText {
  readonly text: string;
  /** Offset in the original at which a unit begins. */
  start(unit: number): number;
  /** Offset in the original after a unit. */
  end(unit: number): number;
}

/** JSON and its kin, percent-encoding in runs, and what HTML and XML write. */
const ENCODED =
  /(?:%[0-9A-Fa-f]{2})+|\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[bfnrt"'\\/])|&(?:#[xX][0-9A-Fa-f]{1,6}|#\d{1,7}|[a-z]{2,6});/g;
/** How often one encoding may be within another: an address in JSON in a line of JSON. */
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

/** The text as it is, then with one level of encoding less at a time. */
export function decodings(text: string): DecodedText[] {
  const found: DecodedText[] = [{ text, start: (unit) => unit, end: (unit) => unit + 1 }];
  for (let depth = 0; depth < DEPTH_MAX; depth += 1) {
    const next = decoded(found[depth]);
    if (next === undefined) break;
    found.push(next);
  }
  return found;
}

/** @returns undefined when nothing in it is encoded */
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
  /** Offsets in what was encoded. */
  readonly from: number;
  readonly to: number;
}

/** None for what only looks encoded, such as an unknown entity. */
function decodedParts(encoded: string): DecodedPart[] {
  if (encoded.startsWith('%')) return percentParts(encoded);
  const units = encoded.startsWith('\\') ? unescaped(encoded.slice(1)) : entity(encoded.slice(1, -1));
  return units === undefined ? [] : [{ units, from: 0, to: encoded.length }];
}

/** Each octet of ASCII by itself, and all others in a row together. */
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
