import { readFileSync } from 'node:fs';
import { packageFile } from '../core/package-file.ts';
import { Kernel } from './kernel.ts';

let compiled: WebAssembly.Module | undefined;

/** Opens a kernel of its own for a run. The module is compiled once in a process, which takes about 1 ms. */
export function openKernel(): Kernel {
  compiled ??= new WebAssembly.Module(readFileSync(packageFile('dist/kernel.wasm')));
  return new Kernel(compiled);
}
