import { StringDecoder } from 'node:string_decoder';

/** The last lines of a text that comes in pieces, whole, up to so many characters. */
export class LogTail {
  readonly #charactersMax: number;
  readonly #decoder = new StringDecoder('utf8');
  #text = '';
  #cut = false;

  constructor(charactersMax: number) {
    this.#charactersMax = charactersMax;
  }

  add(piece: Uint8Array): void {
    this.#text += this.#decoder.write(piece);
    const over = this.#text.length - this.#charactersMax;
    if (over <= 0) return;
    this.#cut = true;
    const lineEnd = this.#text.indexOf('\n', over - 1);
    // Of a line that is longer than everything allowed, its end is better than nothing.
    this.#text = this.#text.slice(lineEnd < 0 ? over : lineEnd + 1);
  }

  /** Says in its first line that there was more, if there was. */
  get text(): string {
    return this.#cut ? `[earlier lines were not kept]\n${this.#text}` : this.#text;
  }
}
