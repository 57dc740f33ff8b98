import type { FileSourceSpec } from '../../connector/types.ts';
import type { Column, RowBatch, Source } from '../../pipeline/ports.ts';
import { CsvFormat } from './csv-rows.ts';
import { DocumentFormat } from './documents.ts';
import { appendRow, type FieldUse, type FileFormat } from './format.ts';
import { listFiles, requireAllSame, type ListedFile, type ListingContext } from './listing.ts';
import { NdjsonFormat } from './ndjson.ts';
import { asError } from '../network-errors.ts';
import { RowBatcher } from '../row-batcher.ts';

/** Reads the files of a folder. */
export class FileSource implements Source {
  readonly listing = 'full';
  readonly #spec: FileSourceSpec;
  readonly #newFormat: () => FileFormat;
  readonly #context: ListingContext;
  #stop = new AbortController();

  /** @param use which columns the connector uses */
  constructor(source: FileSourceSpec, use: FieldUse, context: ListingContext) {
    this.#spec = source;
    this.#newFormat = () => formatOf(source, use);
    this.#context = context;
  }

  async columns(signal: AbortSignal): Promise<readonly Column[]> {
    const files = await this.#list(signal);
    return this.#newFormat().columns(files, signal);
  }

  async *read(_checkpoint: string | undefined, signal: AbortSignal): AsyncGenerator<RowBatch> {
    signal.throwIfAborted();
    const rows = new RowBatcher();
    const stop = new AbortController();
    this.#stop = stop;
    const either = AbortSignal.any([signal, stop.signal]);
    const fail = (): void => {
      rows.fail(asError(either.reason));
    };
    either.addEventListener('abort', fail, { once: true });
    let filling: Promise<void> = Promise.resolve();
    try {
      const files = await this.#list(either);
      const format = this.#newFormat();
      const columns = await format.columns(files, either);
      filling = fill(rows, files, format, either).then(
        () => {
          rows.end();
        },
        (thrown: unknown) => {
          rows.fail(asError(thrown));
        },
      );
      yield* rows.batches(columns, () => ({ checkpoint: undefined, truncated: false }));
    } catch (thrown) {
      throw signal.aborted ? signal.reason : thrown;
    } finally {
      either.removeEventListener('abort', fail);
      stop.abort();
      await filling;
    }
  }

  close(): Promise<void> {
    this.#stop.abort();
    return Promise.resolve();
  }

  #list(signal: AbortSignal): Promise<ListedFile[]> {
    signal.throwIfAborted();
    return listFiles(this.#spec, this.#context, signal);
  }
}

function formatOf(spec: FileSourceSpec, use: FieldUse): FileFormat {
  if (spec.documentPer === 'file') return new DocumentFormat(use.fields, spec.encoding);
  return spec.format === 'ndjson' ? new NdjsonFormat(use) : new CsvFormat(spec, use);
}

async function fill(
  rows: RowBatcher,
  files: readonly ListedFile[],
  format: FileFormat,
  signal: AbortSignal,
): Promise<void> {
  for (const file of files) {
    for await (const some of format.rows(file)) {
      for (const row of some) {
        if (rows.full) await rows.drained(signal);
        appendRow(rows, row);
      }
      signal.throwIfAborted();
    }
  }
  await requireAllSame(files, signal);
  format.end();
}
