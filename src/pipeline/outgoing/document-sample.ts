import { SAMPLE_DOCUMENTS_MAX } from '../../core/limits.ts';
import type { ChangeSink } from '../diff.ts';
import type { OutgoingDocument } from './outgoing-document.ts';
import type { WantedDocuments } from '../ports/job.ts';

/** Writes nothing, and keeps the wanted documents that are to be sent. */
export class DocumentSample implements ChangeSink {
  /** Each has the JSON of its line in `upserts.ndjson`, without the line break. */
  readonly documents: string[] = [];
  readonly #first: number;
  readonly #ids: ReadonlySet<string>;

  constructor({ first, ids }: WantedDocuments) {
    this.#first = Math.min(first, SAMPLE_DOCUMENTS_MAX);
    this.#ids = new Set(ids);
  }

  upsert(document: OutgoingDocument): undefined {
    if (this.documents.length >= this.#first && !this.#ids.has(document.docId)) return;
    const { bytes, start, end } = document.line();
    this.documents.push(bytes.toString('utf8', start, end).trimEnd());
  }

  refresh(): undefined {
    return undefined;
  }

  remove(): undefined {
    return undefined;
  }

  hold(): undefined {
    return undefined;
  }

  quarantine(): undefined {
    return undefined;
  }
}
