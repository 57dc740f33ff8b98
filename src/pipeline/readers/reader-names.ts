const INVISIBLE = /[\s\p{Cf}]/u;
/** The words that programs write for a missing value, in lower case. None of them names a reader. */
const NOTHING: ReadonlySet<string> = new Set([
  '',
  'null',
  '<null>',
  '(null)',
  'none',
  'nil',
  'nan',
  'undefined',
  'n/a',
  // MySQL and COPY write `\N`.
  '\\n',
  '{}',
  '[]',
  '()',
]);

/** The parts of an address before and after the `@`. */
const LOCAL = String.raw`[^\s@<>()[\]{}"'|,;?\\\p{Cc}\p{Cf}][^\s@<>()[\]{}"|,;?\\\p{Cc}\p{Cf}]*`;
const DOMAIN = String.raw`[\p{L}\p{N}](?:[\p{L}\p{N}._-]*[\p{L}\p{N}])?`;
const ADDRESS = new RegExp(`^${LOCAL}@${DOMAIN}$`, 'u');
const MAILTO = /^mailto:/i;
/** Matches `Anna B <anna@example.com>`. */
const WITH_NAME = /^([^<>]*)<\s*([^<>\s]+)\s*>$/;
/** Matches `anna@example.com (Anna B)`. */
const WITH_COMMENT = /^(\S+)\s+\([^()@]*\)$/;
/** Matches `@editors`, the form of group names in some systems. */
const HANDLE = /^@[\p{L}\p{N}._-]+$/u;
const BETWEEN_ADDRESSES = /[\s|,;]+/;

/** A name has a letter, a digit, or a character beyond ASCII, and no character that only separates or encloses names. */
const HAS_LETTER = /[\p{L}\p{N}\u0080-\u{10FFFF}]/u;
const NEVER_IN_NAME = /[<>|\p{Cc}\uFFFD]/u;
const BRACKETS = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);

export function trimmedName(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && INVISIBLE.test(text.charAt(start))) start++;
  while (end > start && INVISIBLE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Whether a text means a missing value: it is empty, or a word such as NULL. */
export function meansNoValue(text: string): boolean {
  return text.length <= 'undefined'.length && NOTHING.has(text.toLowerCase());
}

/**
 * Returns the readers that one item of a list names: a group or a user id unchanged, an e-mail address in lower case, without the
 * name next to it. Several addresses separated by blanks or bars are several readers.
 * @returns no names for a word such as NULL; undefined for text that is not a name
 */
export function namesIn(item: string): readonly string[] | undefined {
  const text = unquoted(trimmedName(item));
  if (meansNoValue(text)) return [];
  if (text.includes('@')) return addressesIn(text);
  return isName(text) ? [text] : undefined;
}

/** Removes quotation marks that enclose the whole text. */
function unquoted(text: string): string {
  const first = text.charAt(0);
  if ((first !== '"' && first !== "'") || text.length < 2 || !text.endsWith(first)) return text;
  return trimmedName(text.slice(1, -1));
}

function addressesIn(text: string): readonly string[] | undefined {
  const one = addressIn(text);
  if (one !== undefined) return [one];
  if (HANDLE.test(text)) return [text.toLowerCase()];
  const several = text.split(BETWEEN_ADDRESSES).filter((part) => part !== '');
  const addresses = several.map(plainAddress).filter((address) => address !== undefined);
  return addresses.length === several.length ? addresses : undefined;
}

function addressIn(text: string): string | undefined {
  const [, name, inside] = WITH_NAME.exec(text) ?? [];
  if (name === undefined || inside === undefined) {
    return plainAddress(WITH_COMMENT.exec(text)?.[1] ?? text);
  }
  const address = plainAddress(inside);
  // Outlook repeats an address that has no name. A different address in the position of the name may be another reader.
  const isName = !name.includes('@') || plainAddress(unquoted(trimmedName(name))) === address;
  return isName ? address : undefined;
}

function plainAddress(text: string): string | undefined {
  const address = text.replace(MAILTO, '').toLowerCase();
  return ADDRESS.test(address) ? address : undefined;
}

function isName(text: string): boolean {
  if (!HAS_LETTER.test(text) || NEVER_IN_NAME.test(text)) return false;
  const first = text.charAt(0);
  if (first === "'" || first === '"' || text.split('"').length % 2 === 0) return false;
  return bracketsMatch(text) && !isEnclosed(first, text);
}

/** Whether the text is enclosed like an array or an object. A name in parentheses is still a name. */
function isEnclosed(first: string, text: string): boolean {
  return (first === '[' && text.endsWith(']')) || (first === '{' && text.endsWith('}'));
}

function bracketsMatch(text: string): boolean {
  const open: string[] = [];
  for (const character of text) {
    const opening = BRACKETS.get(character);
    if (opening !== undefined && open.pop() !== opening) return false;
    if (character === '(' || character === '[' || character === '{') open.push(character);
  }
  return open.length === 0;
}
