import type { WindowSpec } from '../../../definitions/rest/types.ts';
import type { TimeFormat } from '../../../core/text/time-format.ts';
import { BridgeError } from '../../../core/errors.ts';
import type { Logger } from '../../../core/log.ts';
import type { Page, RecordPages, Statement } from '../../../rest/listing/page.ts';
import type { WatermarkTexts } from '../../../definitions/watermark-text.ts';
import { HTTP_WINDOWS_PER_RUN_MAX } from '../../limits.ts';
import type { HttpWatermark } from './watermark.ts';

/** Each window begins this long before the end of the one before, so that no API loses the records at that end. */
const OVERLAP_SECONDS = 1;
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

interface WindowPorts {
  readonly spec: WindowSpec;
  readonly watermark: HttpWatermark;
  readonly format: TimeFormat;
  /** The address of the listing, for messages. */
  readonly url: string;
  readonly open: (range: WatermarkTexts) => RecordPages;
  /** The clock of this machine. */
  readonly now: () => Date;
  readonly log: Logger;
}

/**
 * A listing of changes that is read in windows of time. The watermark advances with each window that was read to its end, also
 * without records. A window with more records than its listing returns is read again in shorter windows.
 */
export class WindowedListing implements RecordPages {
  /** The number of windows that were begun. */
  begun = 0;
  readonly #ports: WindowPorts;
  #current: RecordPages;
  #moved = false;

  constructor(ports: WindowPorts) {
    this.#ports = ports;
    this.#current = ports.open(this.#textsOf(0, 0));
  }

  get shifts(): boolean {
    return this.#current.shifts;
  }

  get statement(): Statement {
    return {
      truncated: this.#moved,
      cutOff: false,
      rest: undefined,
      unchanged: false,
      validator: undefined,
      inPages: false,
    };
  }

  /** Windows overlap, so the records of a page may all be known from the window before. */
  counted(_fresh: number, records: number): void {
    this.#current.counted(records, records);
  }

  moved(): void {
    this.#moved = true;
    this.#current.moved();
  }

  /** @throws BridgeError SOURCE_*; the reason of the signal when aborted */
  async *[Symbol.asyncIterator](): AsyncGenerator<Page, void> {
    const { spec, watermark, now, log } = this.#ports;
    const step = secondsOf(spec.step);
    const windowsMax = spec.windowsPerRun ?? HTTP_WINDOWS_PER_RUN_MAX;
    let start = Number(watermark.start.whole);
    let length = step;
    let present = start;
    for (let done = 0; done < windowsMax;) {
      present = Math.floor(now().getTime() / 1_000);
      if (done > 0 && start >= present) return;
      const end = Math.max(Math.min(start + length, present), start);
      const window = new Window(done === 0 ? start : start - OVERLAP_SECONDS, end);
      let isIncomplete: boolean;
      try {
        yield* this.#read(window);
        isIncomplete = this.#current.statement.truncated;
      } catch (thrown) {
        if (done > 0 && asksToWait(thrown)) {
          log.warn('the API asks to wait; the next run goes on with this window', { window: window.name });
          return;
        }
        // Some APIs refuse pages beyond a number of records, in place of saying that there are more.
        isIncomplete = window.pages > 0 && isRefused(thrown) && end - start > this.#ports.format.unitSeconds;
        if (!isIncomplete) throw thrown;
      }
      if (isIncomplete) {
        length = this.#shorter(window, end - start);
        continue;
      }
      watermark.reach(Math.min(end, window.answered ?? end));
      start = end;
      length = Math.min(length * 2, step);
      done++;
    }
    if (start < present) {
      const left = Math.ceil((present - start) / step);
      log.info('the next run goes on with the next window', { windows: windowsMax, left });
    }
  }

  async *#read(window: Window): AsyncGenerator<Page, void> {
    this.begun++;
    this.#current = this.#ports.open(this.#textsOf(window.start, window.end));
    for await (const page of this.#current) {
      window.pages++;
      window.answered ??= page.answered && Math.floor(page.answered.getTime() / 1_000);
      yield page;
    }
  }

  /** @throws BridgeError SOURCE_PAGINATION for a window that cannot be shorter */
  #shorter(window: Window, length: number): number {
    const { log, format, url } = this.#ports;
    const shortest = format.unitSeconds;
    if (length <= shortest) {
      throw new BridgeError(
        'SOURCE_PAGINATION',
        `The listing of ${url} is incomplete even for a window of ${length} s: ${window.name}.`,
        {
          hint: 'The log names the sign of missing records. If it means nothing, name it in source.ignoreSigns; otherwise correct source.pagination.',
        },
      );
    }
    const half = Math.max(Math.floor(length / 2), shortest);
    log.warn('a window has more records than its listing returns, so it is read in shorter windows', {
      window: window.name,
      seconds: half,
    });
    return half;
  }

  #textsOf(start: number, end: number): WatermarkTexts {
    const { format } = this.#ports;
    return { since: format.start({ whole: BigInt(start), fraction: '' }), until: format.end(end) };
  }
}

/** A range of time, in seconds since 1970. */
class Window {
  pages = 0;
  /** The time of its first response by the API's own clock. */
  answered: number | undefined;
  readonly start: number;
  readonly end: number;

  constructor(start: number, end: number) {
    this.start = start;
    this.end = end;
  }

  get name(): string {
    return [this.start, this.end].map((time) => new Date(time * 1_000).toISOString()).join(' to ');
  }
}

function secondsOf(step: string): number {
  return Number(step.slice(0, -1)) * (UNIT_SECONDS[step.slice(-1)] ?? 1);
}

function isRefused(thrown: unknown): boolean {
  return thrown instanceof BridgeError && thrown.code === 'SOURCE_REFUSED';
}

function asksToWait(thrown: unknown): boolean {
  return thrown instanceof BridgeError && thrown.nextRunAfter !== undefined;
}
