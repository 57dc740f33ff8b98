import { fateSentences, type DocumentsNow } from '../../../studio/body/documents-text.ts';

export { documentsSentence, retireCommand } from '../../../studio/body/documents-text.ts';

/** What becomes of the documents of a connector that is paused or resumed. */
export function changeFateSentences(
  action: 'pause' | 'resume',
  documents: DocumentsNow | null,
): readonly string[] {
  return fateSentences(action, documents, 'keep');
}
