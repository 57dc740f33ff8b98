/** Letters of other scripts that look like a Latin letter, with that letter. */
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
 * Finds the name among others that looks the same as this one but differs: in an invisible character, the kind of a blank, blanks
 * at an end, the encoding of an accent, or a letter of another script.
 */
export function lookalike(name: string, others: readonly string[]): string | undefined {
  const seen = asSeen(name);
  return others.find((other) => other !== name && asSeen(other) === seen);
}

/** A name in quotes, with every ambiguous character escaped: `"id\u200b"`. */
export function spelledOut(name: string): string {
  return JSON.stringify(name).replaceAll(
    /[^\u0020-\u007e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Describes a lookalike, as a part of a sentence. */
export function lookalikeNote(name: string, other: string): string {
  return `there is ${spelledOut(other)}, which only looks like ${spelledOut(name)}`;
}

/** Sentences, each with a leading blank, for each missing name that looks like an existing one. */
export function lookalikeSentences(missing: readonly string[], seen: readonly string[]): string {
  // Each name is processed once: a file may have 100,000 columns, and a mapping thousands of fields.
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
