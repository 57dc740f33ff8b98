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
      const text = `${this.#begun[place] ?? ''}${decoder.write(piece)}`;
      const lineEnd = text.lastIndexOf('\n') + 1;
      // A line that is longer than everything allowed is not waited for.
      const end = text.length - lineEnd > this.#charactersMax ? text.length : lineEnd;
      this.#begun[place] = text.slice(end);
      this.#add(text.slice(0, end));
    };
  }

  /** Says in its first line that there was more, if there was. */
  get text(): string {
    const text = this.#text + this.#begun.filter((line) => line !== '').join('\n');
    return this.#cut ? `[earlier lines were not kept]\n${text}` : text;
  }

  #add(lines: string): void {
    this.#text += lines;
    const over = this.#text.length - this.#charactersMax;
    if (over <= 0) return;
    this.#cut = true;
    const lineEnd = this.#text.indexOf('\n', over - 1);
    // Of a line that is longer than everything allowed, its end is better than nothing.
    this.#text = this.#text.slice(lineEnd < 0 ? over : lineEnd + 1);
  }
}
