import { StringDecoder } from 'node:string_decoder';

/** Keeps the last complete lines of texts that arrive in chunks, up to a maximum number of characters. */
export class LogTail {
  readonly #charactersMax: number;
  #text = '';
  #cut = false;
  /** The unfinished line of each stream. */
  readonly #begun: string[] = [];

  constructor(charactersMax: number) {
    this.#charactersMax = charactersMax;
  }

  /** @returns a function that takes the chunks of one stream; lines of different streams are never mixed */
  stream(): (piece: Uint8Array) => void {
    const decoder = new StringDecoder('utf8');
    const place = this.#begun.push('') - 1;
    return (piece) => {
      const text = decoder.write(piece);
      const begun = this.#begun[place] ?? '';
      // Only the new text is searched: otherwise a long line that arrives in small chunks would be read again with each of
      // them.
      const lineEnd = text.lastIndexOf('\n') + 1;
      const waiting = (lineEnd === 0 ? begun.length : 0) + text.length - lineEnd;
      // A line that is longer than the limit is not held back until it is complete.
      const end = waiting > this.#charactersMax ? text.length : lineEnd;
      this.#begun[place] = end === 0 ? begun + text : text.slice(end);
      if (end > 0) this.#add(begun + text.slice(0, end));
    };
  }

  /** The kept text. If earlier lines were dropped, its first line says so. */
  get text(): string {
    this.#cutToLimit();
    const text = this.#text + this.#begun.filter((line) => line !== '').join('\n');
    return this.#cut ? `[earlier lines were not kept]\n${text}` : text;
  }

  #add(lines: string): void {
    this.#text += lines;
    // The text is cut only at twice the limit, so that each character is copied a constant number of times.
    if (this.#text.length > 2 * this.#charactersMax) this.#cutToLimit();
  }

  #cutToLimit(): void {
    const over = this.#text.length - this.#charactersMax;
    if (over <= 0) return;
    this.#cut = true;
    const lineEnd = this.#text.indexOf('\n', over - 1);
    // If a line is longer than the limit, its end is kept.
    this.#text = this.#text.slice(lineEnd < 0 ? over : lineEnd + 1);
  }
}
