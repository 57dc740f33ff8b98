import { createInterface } from 'node:readline';
import type { PreviewLine, PreviewOrder } from '../app/studio/preview-process/preview-order.ts';
import { previewSource } from '../app/studio/preview-process/preview-source.ts';
import { withSignals } from '../app/run/process/process-signals.ts';
import { BridgeError } from '../core/errors.ts';
import type { CommandIo } from './command-io.ts';

/**
 * The process of a preview: reads an order from stdin and writes lines of JSON to stdout. It is not a command for people. It
 * stops when stdin ends, because then the server that waits for it has ended.
 */
export async function previewForServer(io: Pick<CommandIo, 'stdout'>): Promise<void> {
  const tell = (line: PreviewLine) => {
    io.stdout.write(`${JSON.stringify(line)}\n`);
  };
  const lines = createInterface({ input: process.stdin });
  const gone = new AbortController();
  const order = await new Promise<PreviewOrder>((resolve, reject) => {
    lines.once('line', (line) => {
      resolve(JSON.parse(line) as PreviewOrder);
    });
    lines.once('close', () => {
      const error = new BridgeError('INTERRUPTED', 'The server that asked for this preview has ended.');
      gone.abort(error);
      reject(error);
    });
  });
  await withSignals(
    async (signal) => {
      const phases = (phase: Extract<PreviewLine, { phase: unknown }>['phase']) => {
        tell({ phase });
      };
      tell(await previewSource(order, phases, AbortSignal.any([signal, gone.signal])));
    },
    { process },
  );
  lines.close();
  process.stdin.destroy();
}
