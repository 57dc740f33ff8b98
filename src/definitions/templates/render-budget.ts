import { performance } from 'node:perf_hooks';
import { BridgeError } from '../../core/errors.ts';
import {
  PUSH_RENDER_MS_MAX,
  PUSH_RENDER_TOTAL_MS_MAX,
  TEMPLATE_RENDER_MS_MAX,
  TEMPLATE_SLOW_MS,
  TEMPLATE_SLOW_TOTAL_MS_MAX,
} from '../limits.ts';

interface RenderLimits {
  /** The time for one row; a row that takes longer is set aside. */
  readonly rowMs: number;
  /** A row that takes less time is not counted. */
  readonly countedFromMs: number;
  /** The total time of all counted rows. */
  readonly totalMs: number;
}

const OF_A_RUN: RenderLimits = {
  rowMs: TEMPLATE_RENDER_MS_MAX,
  countedFromMs: TEMPLATE_SLOW_MS,
  totalMs: TEMPLATE_SLOW_TOTAL_MS_MAX,
};

const OF_A_PUSH: RenderLimits = {
  rowMs: PUSH_RENDER_MS_MAX,
  countedFromMs: 0,
  totalMs: PUSH_RENDER_TOTAL_MS_MAX,
};

/** The total time for the templates of a connector, so that a slow template does not use its limit for each row. */
export class RenderBudget {
  readonly #limits: RenderLimits;
  #spentMs = 0;

  constructor(limits: RenderLimits) {
    this.#limits = limits;
  }

  static ofRun(): RenderBudget {
    return new RenderBudget(OF_A_RUN);
  }

  /** The budget of a server; `restart` must be called for each push. */
  static ofPush(): RenderBudget {
    return new RenderBudget(OF_A_PUSH);
  }

  restart(): void {
    this.#spentMs = 0;
  }

  /**
   * @param render gets its time limit, in milliseconds
   * @throws BridgeError TEMPLATE_TOO_SLOW when the rows together took too long, instead of the error of `render`
   */
  spend<T>(render: (rowMs: number) => T): T {
    const started = performance.now();
    try {
      return render(this.#limits.rowMs);
    } finally {
      this.#count(performance.now() - started);
    }
  }

  #count(ms: number): void {
    const { countedFromMs, totalMs } = this.#limits;
    if (ms < countedFromMs) return;
    this.#spentMs += ms;
    if (this.#spentMs > totalMs) throw tooSlow(this.#spentMs);
  }
}

function tooSlow(ms: number): BridgeError {
  const seconds = Math.ceil(ms / 1_000);
  return new BridgeError(
    'TEMPLATE_TOO_SLOW',
    `A template of the connector takes too long: its slow rows took ${seconds} s together. Nothing was sent.`,
    {
      hint: 'Simplify spec.mapping.contentTemplate, uriTemplate or the templates of spec.source.fields: look for loops inside loops and long ranges.',
    },
  );
}
