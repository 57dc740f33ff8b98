import { amount, count } from '../../core/text/count-text.ts';
import { shellWord } from '../../core/text/shell-word.ts';

/** The documents of a connector in the index, as the state has them. */
export interface DocumentsNow {
  readonly count: number;
  /** ISO 8601. */
  readonly at: string;
}

/** What the author of a deletion wants done with the documents. */
export type DocumentsChoice = 'keep' | 'remove_first';

/** The command that removes all documents of a connector from its target. */
export function retireCommand(path: string, documents: number | null): string {
  return `gemini-sync-bridge retire --connector ${shellWord(path)} --allow-deletes ${documents ?? 'N'}`;
}

/** The number of documents in the index: a sentence. */
export function documentsSentence(documents: DocumentsNow | null): string {
  if (documents === null) return 'The number of documents in the index is not known here.';
  const verb = documents.count === 1 ? 'is' : 'are';
  return `${amount(documents.count, 'document')} of this connector ${verb} in the index.`;
}

/** What becomes of the documents once the proposal is merged: sentences. */
export function fateSentences(
  action: 'delete' | 'pause' | 'resume',
  documents: DocumentsNow | null,
  choice: DocumentsChoice,
): readonly string[] {
  switch (action) {
    case 'pause':
      return [
        'Scheduled runs stop once this is merged and deployed.',
        'The documents stay in the index, can still be found, and are not updated.',
        'A person can still start a run by hand.',
      ];
    case 'resume':
      return [
        'Scheduled runs start again once this is merged and deployed.',
        'The next run updates the documents, and deletes as the delete policy of the connector says.',
      ];
    case 'delete':
      return choice === 'keep'
        ? [
            'The documents stay in the index, can still be found, and are never updated or deleted again.',
            'They can be removed only before the file of the connector is deleted.',
          ]
        : [
            'The documents are to be removed from the index before this is merged, because the command needs the file of the connector.',
            'A scheduled run after the removal would send them again, so pause the connector first, or merge directly afterwards.',
            ...(documents === null
              ? ['Run the command without --allow-deletes first: it prints the number.']
              : [`The number must be exact when the command runs; it was ${count(documents.count)}.`]),
          ];
  }
}
