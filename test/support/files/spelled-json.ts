const BLANKS = ['', '', ' ', '\t', '\r\n ', '  '];

/**
 * A value as JSON in one of the many ways to write it: blanks, the order of keys and escapes are taken by chance.
 * @param choices what is taken, one number after the other
 */
export function spelled(value: unknown, choices: Iterator<number>): string {
  const choose = (count: number): number => Number(choices.next().value) % count;
  const blank = (): string => BLANKS[choose(BLANKS.length)] ?? '';
  const listed = (open: string, items: readonly string[], close: string): string =>
    `${open}${blank()}${items.map((item) => `${item}${blank()}`).join(`,${blank()}`)}${close}`;
  const string = (text: string): string => {
    if (choose(2) === 0) return JSON.stringify(text);
    const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
    return `"${units.map((unit) => escape(unit, choose(4))).join('')}"`;
  };
  const any = (one: unknown): string => {
    if (typeof one === 'string') return string(one);
    if (Array.isArray(one)) return listed('[', one.map(any), ']');
    if (typeof one !== 'object' || one === null) return JSON.stringify(one);
    const members = Object.entries(one).map(([key, of]) => `${string(key)}${blank()}:${blank()}${any(of)}`);
    const turn = choose(members.length + 1);
    return listed('{', [...members.slice(turn), ...members.slice(0, turn).toReversed()], '}');
  };
  return any(value);
}

/** A UTF-16 unit inside a string. Half of a pair is only written as an escape, because UTF-8 cannot encode it alone. */
function escape(unit: number, way: number): string {
  const text = String.fromCharCode(unit);
  const isHalf = unit >= 0xd800 && unit <= 0xdfff;
  const digits = unit.toString(16).padStart(4, '0');
  if (isHalf || way === 0) return `\\u${digits}`;
  if (way === 1) return `\\u${digits.toUpperCase()}`;
  return text === '/' && way === 2 ? '\\/' : JSON.stringify(text).slice(1, -1);
}
