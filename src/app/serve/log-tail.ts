import { StringDecoder } from 'node:string_decoder';

/** The last lines of texts that come in pieces, whole, up to so many characters. */
export class LogTail {
  readonly #charactersMax: number;
  #text = '';
  #cut = false;
  /** Of each stream, the line that has no end yet. */
  readonly #begun: string[] = [];

  constructor(charactersMax: number) {
    this.#charactersMax = charactersMax;
  }

  /** @returns takes the pieces of one stream; its lines stay whole, whatever another one says in between */
  stream(): (piece: Uint8Array) => void {
    const decoder = new StringDecoder('utf8');
    const place = this.#begun.push('') - 1;
    return (piece) => {
      const text = decoder.write(piece);
      const begun = this.#begun[place] ?? '';
      // Only the new text is searched: a long line that comes in small pieces would be read again with each of them.
      const lineEnd = text.lastIndexOf('\n') + 1;
      const waiting = (lineEnd === 0 ? begun.length : 0) + text.length - lineEnd;
      // A line that is longer than everything allowed is not waited for.
      const end = waiting > this.#charactersMax ? text.length : lineEnd;
      this.#begun[place] = end === 0 ? begun + text : text.slice(end);
      if (end > 0) this.#add(begun + text.slice(0, end));
    };
  }

  /** Says in its first line that there was more, if there was. */
  get text(): string {
    this.#cutToLimit();
    const text = this.#text + this.#begun.filter((line) => line !== '').join('\n');
    return this.#cut ? `[earlier lines were not kept]\n${text}` : text;
  }

  #add(lines: string): void {
    this.#text += lines;
    // Cut only when it is twice as long as allowed, so that each character is copied a constant number of times.
    if (this.#text.length > 2 * this.#charactersMax) this.#cutToLimit();
  }

  #cutToLimit(): void {
    const over = this.#text.length - this.#charactersMax;
    if (over <= 0) return;
    this.#cut = true;
    const lineEnd = this.#text.indexOf('\n', over - 1);
    // Of a line that is longer than everything allowed, its end is better than nothing.
    this.#text = this.#text.slice(lineEnd < 0 ? over : lineEnd + 1);
  }
}
