/** Letters of other scripts that are drawn like a Latin one, and that letter. */
const DRAWN_LIKE_LATIN: ReadonlyMap<string, string> = new Map(
  pairs('АВЕКМНОРСТХІЈЅаеорсухіјѕһԁ', 'ABEKMHOPCTXIJSaeopcyxijshd', 'ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονι', 'ABEZHIKMNOPTYXovi'),
);

function pairs(...rows: readonly string[]): [string, string][] {
  return rows.flatMap((letters, row) =>
    row % 2 === 1
      ? []
      : Array.from(letters, (letter, at): [string, string] => [letter, rows[row + 1]?.[at] ?? letter]),
  );
}

/**
 * The name among others that a reader takes for this one, though it is another: the difference is a character that is not seen,
 * a kind of blank, blanks at an end, how an accent is stored, or a letter of another script.
 */
export function lookalike(name: string, others: readonly string[]): string | undefined {
  const seen = asSeen(name);
  return others.find((other) => other !== name && asSeen(other) === seen);
}

/** A name in quotes, with every character spelled out that could be taken for another: `"id\u200b"`. */
export function spelledOut(name: string): string {
  return JSON.stringify(name).replaceAll(
    /[^\u0020-\u007e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What a lookalike is like, as a part of a sentence that named the other one. */
export function lookalikeNote(name: string, other: string): string {
  return `there is ${spelledOut(other)}, which only looks like ${spelledOut(name)}`;
}

/** For each name that is missing among those that there are, the one that looks like it: sentences that begin with a blank. */
export function lookalikeSentences(missing: readonly string[], seen: readonly string[]): string {
  // Each name is read once: a file may have 100,000 columns, and a mapping thousands of fields.
  const named = new Set(missing.map(asSeen));
  const known = new Map<string, string[]>();
  for (const other of seen) {
    const text = asSeen(other);
    if (!named.has(text)) continue;
    const others = known.get(text);
    if (others === undefined) known.set(text, [other]);
    else others.push(other);
  }
  return missing
    .flatMap((name) => {
      const other = known.get(asSeen(name))?.find((one) => one !== name);
      return other === undefined ? [] : [` But ${lookalikeNote(name, other)}.`];
    })
    .join('');
}

function asSeen(name: string): string {
  const plain = name
    .normalize('NFKC')
    .replaceAll(/[\p{Cf}\p{Cc}\p{Variation_Selector}\u034F]/gu, (unseen) => (/\s/.test(unseen) ? ' ' : ''))
    .replaceAll(/\s+/g, ' ')
    .trim();
  return Array.from(plain, (letter) => DRAWN_LIKE_LATIN.get(letter) ?? letter).join('');
}
