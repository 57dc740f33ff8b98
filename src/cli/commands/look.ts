import { createInterface } from 'node:readline';
import type { LookLine, LookOrder } from '../../app/studio/look/look-order.ts';
import { lookAtSource } from '../../app/studio/look/look-at-source.ts';
import { withSignals } from '../../app/run/process/process-signals.ts';
import { BridgeError } from '../../core/errors.ts';
import type { CommandIo } from '../command-io.ts';

/**
 * The process of a preview: reads an order from stdin and writes lines of JSON to stdout. It is not a command for people. It
 * stops when stdin ends, because then the server that waits for it has ended.
 */
export async function look(io: Pick<CommandIo, 'stdout'>): Promise<void> {
  const tell = (line: LookLine) => {
    io.stdout.write(`${JSON.stringify(line)}\n`);
  };
  const lines = createInterface({ input: process.stdin });
  const gone = new AbortController();
  const order = await new Promise<LookOrder>((resolve, reject) => {
    lines.once('line', (line) => {
      resolve(JSON.parse(line) as LookOrder);
    });
    lines.once('close', () => {
      const error = new BridgeError('INTERRUPTED', 'The server that asked for this preview has ended.');
      gone.abort(error);
      reject(error);
    });
  });
  await withSignals(
    async (signal) => {
      const phases = (phase: Extract<LookLine, { phase: unknown }>['phase']) => {
        tell({ phase });
      };
      tell(await lookAtSource(order, phases, AbortSignal.any([signal, gone.signal])));
    },
    { process },
  );
  lines.close();
  process.stdin.destroy();
}
