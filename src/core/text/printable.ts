/**
 * A joiner between letters of scripts that need it, or within an emoji, is part of the text. Anywhere else, such as between Latin
 * letters, it only hides that two texts differ.
 */
const JOINS = String.raw`(?![\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}])[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}]`;
/** A lookbehind after a character: the character is not such a joiner. */
const NO_JOINER = String.raw`(?<!(?<=${JOINS})[\u200C\u200D](?=${JOINS}))`;
/**
 * Invisible characters that change the meaning or the display: control characters, format characters (direction of writing, zero
 * width), line and paragraph separators, and halves of surrogate pairs.
 */
const UNSEEN = new RegExp(String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]${NO_JOINER}`, 'gu');
/** Nothing to escape. The classes above take 30 ms to compile, a tenth of a short run, which needs them for no text of ASCII. */
const PLAIN = /^[ -~]*$/;
const PLAIN_LINES = /^[ -~\n]*$/;
/** The same without the line feed. */
const UNSEEN_IN_LINES = new RegExp(
  String.raw`[\u0000-\u0009\u000B-\u001F\u007F-\u009F\p{Cf}\p{Cs}\p{Zl}\p{Zp}]${NO_JOINER}`,
  'gu',
);
const LINE_BREAKS_AND_TABS = /[\t\n\v\f\r\u0085\p{Zl}\p{Zp}]+/gu;

/**
 * Makes an external text safe to display on one line: line breaks and tabs become blanks, and every other character that could
 * forge the text around it is escaped.
 */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replaceAll(LINE_BREAKS_AND_TABS, ' ').replaceAll(UNSEEN, spelled);
}

/** The same for lines of this program, whose line feeds are kept. In a JSON string it does not change the parsed value. */
export function printableLines(text: string): string {
  if (PLAIN_LINES.test(text)) return text;
  return text.replaceAll(UNSEEN_IN_LINES, spelled);
}

/** Escapes as in JSON, `\u202e`, so that JSON remains the same JSON. */
function spelled(character: string): string {
  return Array.from(
    { length: character.length },
    (_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`,
  ).join('');
}
