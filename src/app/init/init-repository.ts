import type { InitChoices } from './choices.ts';
import { scaffold } from './scaffold.ts';
import type { ScaffoldPart } from './scaffold-part.ts';
import { writeScaffold, type WrittenFiles } from './write-scaffold.ts';

export interface InitResult extends WrittenFiles {
  readonly parts: readonly ScaffoldPart[];
}

/**
 * Makes a repository of connectors in a folder, beside what is already there.
 * @param folder absolute
 * @throws BridgeError INIT_CONFLICT, INIT_UNWRITABLE
 */
export async function initRepository(
  folder: string,
  choices: InitChoices,
  options: { readonly keepExisting: boolean },
): Promise<InitResult> {
  const parts = await scaffold(choices);
  const files = parts.flatMap((part) => part.files);
  return { parts, ...(await writeScaffold(files, folder, options)) };
}
