import process from 'node:process';

let isSilenced = false;

/**
 * Suppresses the process warning of Google's library for a machine without a metadata server. Node.js would print it as lines of
 * its own, before and without the error of the command, which says the same.
 */
export function silenceMetadataWarning(): void {
  if (isSilenced) return;
  isSilenced = true;
  process.emitWarning = new Proxy(process.emitWarning.bind(process), {
    apply(emitWarning, self, args: unknown[]) {
      if (args[1] !== 'MetadataLookupWarning') Reflect.apply(emitWarning, self, args);
    },
  });
}
