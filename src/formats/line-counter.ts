const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Counts the lines of a text that arrives in chunks. Lines end with LF, CR LF, or CR. */
export class LineCounter {
  /** The line of the next byte, from 1. */
  line = 1;
  #last = 0;

  see(text: Buffer): void {
    let last = this.#last;
    for (const byte of text) {
      if (byte === CARRIAGE_RETURN || (byte === LINE_FEED && last !== CARRIAGE_RETURN)) this.line++;
      last = byte;
    }
    this.#last = last;
  }
}

/** The number of line breaks in a text. */
export function lineBreaks(text: string): number {
  return text.includes('\n') || text.includes('\r') ? (text.match(/\r\n|\n|\r/g)?.length ?? 0) : 0;
}
