import type { Duplex } from 'node:stream';
import { Interrupted, type Interruption } from '../wire/interruption.ts';
import { Disconnected } from '../wire/paced-output.ts';
import { RowFeed } from '../wire/row-feed.ts';
import { TdsError, type TdsResult, type TdsRows } from './answer.ts';
import { writeRow } from './values/column-types.ts';
import { ResponseWriter } from './packets.ts';
import { Done, DoneStatus, writeColumns, writeDone, writeError, writeReturnStatus } from './tokens.ts';

/** From this severity on an error ends the connection. */
const FATAL_SEVERITY = 20;

/** Sends results to a client, and errors in the middle of them. */
export class Response {
  readonly writer: ResponseWriter;
  readonly #stream: Duplex;

  constructor(stream: Duplex) {
    this.#stream = stream;
    this.writer = new ResponseWriter(stream);
  }

  /**
   * Carries out what a message asks for and sends how it ends.
   * @param procedure that the client waits for the end of a procedure
   */
  async to(work: () => Promise<void>, procedure: boolean): Promise<void> {
    const { tokens } = this.writer;
    const end = procedure ? Done.procedure : Done.statement;
    try {
      await work();
      await this.writer.end();
    } catch (error) {
      if (error instanceof Disconnected) return;
      if (error instanceof Interrupted) {
        writeDone(tokens, end, DoneStatus.error);
        await this.writer.end();
        return;
      }
      const told = error instanceof TdsError ? error : broken(error);
      writeError(tokens, told);
      writeDone(tokens, end, DoneStatus.error);
      await this.writer.end();
      if (told.severity >= FATAL_SEVERITY) this.#stream.end();
    }
  }

  /** @throws Interrupted, Disconnected, or what the rows throw, after the rows before it */
  async results(
    results: readonly TdsResult[],
    procedure: boolean,
    interruption: Interruption,
  ): Promise<void> {
    const { tokens } = this.writer;
    const end = procedure ? Done.inProcedure : Done.statement;
    for (const [at, result] of results.entries()) {
      const rows = 'rows' in result ? await this.#rows(result, interruption) : result.rowCount;
      const more = procedure || at < results.length - 1 ? DoneStatus.more : DoneStatus.final;
      writeDone(tokens, end, DoneStatus.count | more, rows);
    }
    if (!procedure) return;
    writeReturnStatus(tokens, 0);
    writeDone(tokens, Done.procedure, DoneStatus.final);
  }

  async #rows({ columns, rows }: TdsRows, interruption: Interruption): Promise<number> {
    const { tokens } = this.writer;
    writeColumns(tokens, columns);
    const feed = new RowFeed(rows);
    let sent = 0;
    try {
      for (;;) {
        const row = await feed.next(interruption);
        if (row === undefined) return sent;
        const start = tokens.length;
        try {
          writeRow(tokens, columns, row);
        } catch (error) {
          tokens.cutTo(start);
          throw error;
        }
        sent += 1;
        await this.writer.flush();
      }
    } finally {
      feed.close();
    }
  }
}

/** A mistake in the test or in the stand-in, which the driver shows to the test. */
function broken(error: unknown): TdsError {
  return new TdsError(50_000, `The TDS stand-in failed: ${String(error)}`, { severity: FATAL_SEVERITY });
}
