import { JSON_DEPTH_MAX } from '../../core/limits.ts';
import { BACKSLASH, BRACE, BRACE_END, BRACKET, BRACKET_END, COMMA, QUOTE, SPACE } from '../../json/scan.ts';
import { HTTP_CHUNK_BYTES } from '../limits.ts';

const COLON = 0x3a;

/** Whether the value of a key, or of the whole body, is on the way to the list. `rest` is the remaining path, empty for the list. */
export type Way = { readonly rest: string } | undefined;

interface Frame {
  readonly isObject: boolean;
  readonly way: Way;
}

interface SplitterRules {
  /** The way of the whole body. */
  readonly root: Way;
  /** The way of the value of a key, in an object on the way. */
  readonly below: (way: { readonly rest: string }, key: string, isArray: boolean) => Way;
  /** Called with bytes outside the records. The first list on the way is empty in them. */
  readonly outside: (bytes: Buffer) => void;
  /** Called with complete elements of the list, separated by commas. @param last whether the list ends after them */
  readonly elements: (parts: readonly Buffer[], last: boolean) => void;
  /** Called with the number of bytes of an element that has not ended. @throws Error if they are too many */
  readonly waiting: (bytes: number) => void;
  readonly tooDeep: () => Error;
}

/**
 * Separates the elements of one list from the remaining JSON text, which arrives in chunks. It finds only where values begin and
 * end. It does not check the text: the receiver of the parts checks that they are JSON.
 */
export class JsonSplitter {
  readonly #rules: SplitterRules;
  /** The arrays and objects around the next byte, outside the list. */
  readonly #frames: Frame[] = [];
  #inString = false;
  #escaped = false;
  /** The bytes of the key that is being read, if it may be on the way. */
  #key: number[] | undefined;
  #expectsKey = false;
  /** The way of the next value, before its first byte. `undefined` in an object on the way until its key is known. */
  #pending: string | undefined;
  #state: 'before' | 'list' | 'after' = 'before';
  /** The depth inside the current element of the list. */
  #depth = 0;
  #parts: Buffer[] = [];
  #length = 0;

  constructor(rules: SplitterRules) {
    this.#rules = rules;
  }

  write(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = this.#state === 'list' ? this.#list(chunk, at) : this.#around(chunk, at);
  }

  /** Whether the list has begun and not ended. */
  get isInList(): boolean {
    return this.#state === 'list';
  }

  #around(chunk: Buffer, start: number): number {
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (this.#inString) {
        this.#stringByte(byte);
        continue;
      }
      if (byte === BRACKET && this.#state === 'before' && this.#wayOfValue(true)?.rest === '') {
        this.#state = 'list';
        this.#frames.push({ isObject: false, way: undefined });
        this.#rules.outside(chunk.subarray(start, at + 1));
        return at + 1;
      }
      this.#structure(byte);
    }
    this.#rules.outside(chunk.subarray(start));
    return chunk.length;
  }

  #stringByte(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) {
      this.#inString = false;
      if (this.#key !== undefined) this.#pending = textOfKey(this.#key);
      this.#key = undefined;
      return;
    }
    this.#key?.push(byte);
  }

  #structure(byte: number): void {
    const top = this.#frames.at(-1);
    switch (byte) {
      case QUOTE:
        this.#inString = true;
        if (this.#expectsKey && top?.way !== undefined) this.#key = [];
        return;
      case BRACE:
      case BRACKET:
        if (this.#frames.length >= JSON_DEPTH_MAX) throw this.#rules.tooDeep();
        this.#frames.push({
          isObject: byte === BRACE,
          way: byte === BRACE ? this.#wayOfValue(false) : undefined,
        });
        this.#expectsKey = byte === BRACE;
        this.#pending = undefined;
        return;
      case BRACE_END:
      case BRACKET_END:
        this.#frames.pop();
        this.#expectsKey = false;
        return;
      case COLON:
        this.#expectsKey = false;
        return;
      case COMMA:
        this.#expectsKey = top?.isObject === true;
        this.#pending = undefined;
        return;
      default:
    }
  }

  #wayOfValue(isArray: boolean): Way {
    const top = this.#frames.at(-1);
    if (top === undefined) return this.#rules.root;
    if (top.way === undefined || this.#pending === undefined) return undefined;
    return this.#rules.below(top.way, this.#pending, isArray);
  }

  #list(chunk: Buffer, start: number): number {
    let begin = start;
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#inString = false;
      } else if (byte === QUOTE) this.#inString = true;
      else if (byte === BRACE || byte === BRACKET) this.#depth++;
      else if (byte === COMMA && this.#depth === 0) {
        if (this.#length + at - begin < HTTP_CHUNK_BYTES) continue;
        this.#keep(chunk.subarray(begin, at));
        this.#pass(false);
        begin = at + 1;
      } else if (byte === BRACE_END || byte === BRACKET_END) {
        if (this.#depth-- > 0) continue;
        this.#keep(chunk.subarray(begin, at));
        this.#pass(true);
        this.#state = 'after';
        this.#depth = 0;
        return at;
      }
    }
    this.#keep(chunk.subarray(begin));
    this.#rules.waiting(this.#length);
    return chunk.length;
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  #pass(last: boolean): void {
    const parts = this.#parts;
    this.#parts = [];
    this.#length = 0;
    this.#rules.elements(parts, last);
  }
}

/** Returns the text of a key; an invalid one matches nothing, and the check of the text finds it. */
function textOfKey(bytes: readonly number[]): string | undefined {
  if (bytes.some((byte) => byte < SPACE)) return undefined;
  try {
    return String(JSON.parse(`"${Buffer.from(bytes).toString('utf8')}"`));
  } catch {
    return undefined;
  }
}
