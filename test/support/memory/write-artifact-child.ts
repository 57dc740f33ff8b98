/**
 * Writes one artifact in a process of its own: `<folder> <name> <how>`. `forever` writes until it is killed and says
 * `writing` on stdout; `unprivileged` first stops being root; `once` writes 4 MiB. Prints the outcome as JSON, and after a
 * failed write what `finish` says to that.
 */
import { fileStore } from '../../../src/artifacts/file/store.ts';

const [folder = '', name = '', how = ''] = process.argv.slice(2);
const NOBODY = 65_534;

if (how === 'unprivileged' && process.getuid?.() === 0) {
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
const outcome = await write().catch((error: unknown) => {
  const { code, message } = error as { code: string; message: string };
  return { code, message };
});
process.stdout.write(`${JSON.stringify(outcome)}\n`);

async function write() {
  const writer = await fileStore(folder, process.cwd(), { requireHeld: () => Promise.resolve() }).create(
    name,
  );
  const chunk = Buffer.alloc(65_536, 'x');
  try {
    for (let index = 0; how === 'forever' || index < 64; index++) {
      await writer.write(chunk);
      if (index === 16 && how === 'forever') process.stdout.write('writing\n');
    }
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    const finish = await writer.finish().then(
      () => 'finished',
      (refusal: unknown) => (refusal as { code: string }).code,
    );
    return { code, message, finish };
  }
  return await writer.finish();
}
