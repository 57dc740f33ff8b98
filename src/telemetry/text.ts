/** Control and format characters, including those that change the direction of writing, and halves of surrogate pairs. */
const UNSEEN = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/gu;

/** Makes an external text safe for telemetry: invisible characters become a space, and a long text is cut. */
export function shownText(text: string, charactersMax: number): string {
  const clean = text.replaceAll(UNSEEN, ' ').trim();
  // A character has at most two units, so one more unit shows that there is one more character.
  const characters = Array.from(clean.slice(0, charactersMax * 2 + 1));
  return characters.length <= charactersMax ? clean : `${characters.slice(0, charactersMax - 1).join('')}…`;
}
