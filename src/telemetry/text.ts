/** Control and format characters, among them those that turn the direction of writing, and halves of pairs. */
const UNSEEN = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/gu;

/** A text of somebody else's as telemetry passes it on: what cannot be seen becomes a space, and a long one is cut. */
export function shownText(text: string, charactersMax: number): string {
  const clean = text.replaceAll(UNSEEN, ' ').trim();
  // A character has two units at most, so one unit more shows that there is one character more.
  const characters = Array.from(clean.slice(0, charactersMax * 2 + 1));
  return characters.length <= charactersMax ? clean : `${characters.slice(0, charactersMax - 1).join('')}…`;
}
