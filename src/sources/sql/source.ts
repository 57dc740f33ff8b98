import type { SqlSourceSpec } from '../../definitions/connector/types.ts';
import { bindWatermark, isDeltaQuery, watermarkLagIn } from '../../definitions/connector/watermark.ts';
import { BridgeError } from '../../core/errors.ts';
import type { Column, RowBatch } from '../../pipeline/ports/ports.ts';
import { asError } from '../../core/thrown.ts';
import type { OpenedSource, RowPolicy } from '../opened-source.ts';
import { RowBatcher } from '../row-batcher.ts';
import type { Clock } from '../../core/time/clock.ts';
import { readDelta, type Delta } from './delta.ts';
import type { SqlEngine, SqlSession } from './engine.ts';
import { probeError, probeOf, requireProbeFields, type Probe } from './probe.ts';
import { readProbeCheckpoint, type ProbeAnswer } from './probe-checkpoint.ts';
import { RowWriter } from './row-writer.ts';
import { requireFields, watermarkIndex, withoutTrailingSemicolons } from './query.ts';
import type { SessionPhase } from '../driver-errors.ts';
import { highestCheckpoint, unitOf, WATERMARK_KINDS } from './watermark-value.ts';

/** Reads a database: one query, in one read-only transaction. */
export class SqlSource implements OpenedSource {
  readonly listing: 'full' | 'delta';
  readonly #spec: SqlSourceSpec;
  readonly #engine: SqlEngine;
  readonly #query: string;
  readonly #probe: Probe | undefined;
  #occurrences = 0;
  #session: SqlSession | undefined;
  #cancelling: Promise<void> = Promise.resolve();

  constructor(spec: SqlSourceSpec, engine: SqlEngine, clock: Pick<Clock, 'now'>) {
    this.listing = isDeltaQuery(spec.query, spec.type) ? 'delta' : 'full';
    this.#spec = spec;
    this.#engine = engine;
    this.#probe = probeOf(spec, engine.identity, clock);
    this.#query = bindWatermark(withoutTrailingSemicolons(spec.query, spec.type), spec.type, (occurrence) => {
      this.#occurrences = occurrence;
      return engine.placeholder(occurrence);
    });
  }

  columns(signal: AbortSignal): Promise<readonly Column[]> {
    return this.#ask(signal, this.#query, async (session) => {
      const columns = requireFields(await session.describe(this.#query, this.listing === 'delta'));
      this.#deltaOf(columns, undefined);
      await this.#probing(async ({ query }) => {
        requireProbeFields(await session.describe(query, false));
      });
      return columns;
    });
  }

  rowPolicies(signal: AbortSignal): Promise<readonly RowPolicy[]> {
    return this.#ask(signal, undefined, (session) => session.rowPolicies?.() ?? Promise.resolve([]));
  }

  async *read(checkpoint: string | undefined, signal: AbortSignal): AsyncGenerator<RowBatch> {
    signal.throwIfAborted();
    const rows = new RowBatcher();
    const session = this.#engine.open();
    this.#session = session;
    const stop = (): void => {
      rows.fail(new Error('stopped'));
      this.#cancelling = session.cancel().finally(() => {
        session.destroy();
      });
    };
    signal.addEventListener('abort', stop, { once: true });
    let phase: SessionPhase = 'connect';
    let asked: string | undefined;
    try {
      await session.connect();
      phase = 'query';
      const answer = await this.#probing((probe) => answerTo(probe, session, signal));
      asked = this.#query;
      const columns = requireFields(await session.describe(this.#query, this.listing === 'delta'));
      const probed = answer && this.#probe?.endOf(answer, columns, checkpoint);
      const delta = await this.#withCeiling(this.#deltaOf(columns, checkpoint), session);
      const out = new RowWriter(rows, delta && { ...delta.watermark, ceiling: delta.ceiling });
      rows.onDrain = () => {
        session.resume();
      };
      if (probed?.unchanged === true) rows.end();
      else if (delta === undefined) endAfter(session.read(this.#query, undefined, out), rows);
      else endAfter(readDelta(delta, session, this.#engine, out), rows);
      yield* rows.batches(
        columns,
        () =>
          probed ?? {
            checkpoint: out.highest,
            truncated: false,
            ...(out.ahead !== undefined && { ahead: out.ahead }),
          },
      );
      await session.end();
    } catch (thrown) {
      throw signal.aborted ? signal.reason : this.#engine.errorOf(thrown, phase, asked);
    } finally {
      signal.removeEventListener('abort', stop);
      await this.close();
    }
  }

  async close(): Promise<void> {
    await this.#cancelling;
    this.#session?.destroy();
    this.#session = undefined;
  }

  /** @returns undefined without a probe. @throws BridgeError SOURCE_PROBE_INVALID, or an error that names the probe's field */
  async #probing<T>(work: (probe: Probe) => Promise<T>): Promise<T | undefined> {
    if (this.#probe === undefined) return undefined;
    try {
      return await work(this.#probe);
    } catch (thrown) {
      throw probeError(this.#engine.errorOf(thrown, 'query', this.#probe.query));
    }
  }

  /** Runs a request on its own connection. @param query the query that is sent, for the position of its error */
  async #ask<T>(
    signal: AbortSignal,
    query: string | undefined,
    ask: (session: SqlSession) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const session = this.#engine.open();
    // A statement that waits for a lock would otherwise stay on the server as long as the lock.
    const stop = (): void => {
      this.#cancelling = session.cancel().finally(() => {
        session.destroy();
      });
    };
    signal.addEventListener('abort', stop, { once: true });
    let phase: SessionPhase = 'connect';
    let asked: string | undefined;
    try {
      await session.connect();
      phase = 'query';
      asked = query;
      const answer = await ask(session);
      await session.end();
      return answer;
    } catch (thrown) {
      throw signal.aborted ? signal.reason : this.#engine.errorOf(thrown, phase, asked);
    } finally {
      signal.removeEventListener('abort', stop);
      await this.#cancelling;
      session.destroy();
    }
  }

  /**
   * @returns undefined for a full listing
   * @throws BridgeError SOURCE_COLUMN_MISSING; NOT_SUPPORTED for a column that cannot be a watermark; CONNECTOR_INVALID for a
   *   lag in another unit
   */
  #deltaOf(columns: readonly Column[], checkpoint: string | undefined): Delta | undefined {
    if (this.listing === 'full') return undefined;
    const { watermarkField: name = '', watermarkLag } = this.#spec;
    const index = watermarkIndex(name, columns);
    const kind = WATERMARK_KINDS.find((candidate) => candidate === columns[index]?.kind);
    const lowest = kind && this.#engine.lowest[kind];
    if (kind === undefined || lowest === undefined) {
      throw new BridgeError('NOT_SUPPORTED', `The column ${name} has a type that cannot be a watermark.`, {
        hint: `Convert it in the query to one of these kinds: ${Object.keys(this.#engine.lowest).join(', ')}.`,
      });
    }
    return {
      query: this.#query,
      columns,
      watermark: { name, index, kind, lowest },
      occurrences: this.#occurrences,
      lag: watermarkLagIn(unitOf(kind), watermarkLag, name),
      // The connector had a probe and no :watermark before.
      checkpoint: readProbeCheckpoint(checkpoint) === undefined ? checkpoint : undefined,
      ceiling: undefined,
    };
  }

  async #withCeiling(delta: Delta | undefined, session: SqlSession): Promise<Delta | undefined> {
    if (delta === undefined || unitOf(delta.watermark.kind) !== 'seconds') return delta;
    const ceiling = highestCheckpoint(await session.present(), delta.watermark.kind, delta.lag);
    return { ...delta, ceiling };
  }
}

async function answerTo(probe: Probe, session: SqlSession, signal: AbortSignal): Promise<ProbeAnswer> {
  requireProbeFields(await session.describe(probe.query, false));
  return probe.ask((query, rows) => {
    rows.onDrain = () => {
      session.resume();
    };
    endAfter(session.read(query, undefined, new RowWriter(rows, undefined)), rows);
  }, signal);
}

/** Ends the rows when reading has succeeded, and fails them otherwise. */
function endAfter(reading: Promise<void>, rows: RowBatcher): void {
  reading.then(
    () => {
      rows.end();
    },
    (thrown: unknown) => {
      rows.fail(asError(thrown));
    },
  );
}
