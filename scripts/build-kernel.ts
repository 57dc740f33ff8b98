/**
 * Compiles `src/kernel/assembly` to `dist/kernel.wasm`.
 *
 *     npm run kernel
 */
import { main } from 'assemblyscript/asc';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

await mkdir(`${ROOT}dist`, { recursive: true });
const stderr: string[] = [];
const { error } = await main(
  [
    'src/kernel/assembly/index.ts',
    ...['--baseDir', ROOT, '--outFile', 'dist/kernel.wasm'],
    ...['--optimizeLevel', '3', '--shrinkLevel', '0', '--noAssert'],
    // The kernel allocates nothing: its caller says where everything lies.
    ...['--runtime', 'stub', '--exportStart', '_initialize'],
    ...['--enable', 'simd'],
  ],
  { stderr: { write: (text) => void stderr.push(String(text)) } },
);
if (error !== null) {
  process.stderr.write(`${stderr.join('')}\n${error.message}\n`);
  process.exitCode = 1;
}
