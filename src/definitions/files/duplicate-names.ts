import { textAt } from '../draft.ts';
import type { SetFinding, SetMember } from './kind.ts';

/**
 * Finds names that two definitions of one kind have.
 * @param path the field that must be unique
 * @param message what is wrong, by the other file and the name
 */
export function duplicateNames(
  members: readonly SetMember[],
  path: string,
  message: (other: string, name: string) => string,
): SetFinding[] {
  const first = new Map<string, string>();
  return members.flatMap(({ file, definition }): SetFinding[] => {
    const name = textAt(definition, path);
    if (name === undefined) return [];
    const other = first.get(name);
    if (other === undefined) first.set(name, file);
    if (other === undefined) return [];
    const key = path.slice(path.lastIndexOf('.') + 1);
    return [
      { file, path, code: 'duplicate_name', message: message(other, name), fix: `${key}: another one` },
    ];
  });
}
