import type { FileSourceSpec } from '../../definitions/connector/types.ts';
import { silentLogger, type Logger } from '../../core/log.ts';
import type { Column, RowBatch, Source } from '../../pipeline/ports/ports.ts';
import type { RowPlace } from '../../pipeline/ports/row-place.ts';
import { CsvFormat } from './csv-rows.ts';
import { DocumentFormat } from './documents.ts';
import { appendRow, type FieldUse, type FileFormat } from './format.ts';
import { listFiles, requireAllSame, type ListedFile, type ListingContext } from './listing.ts';
import { NdjsonFormat } from './ndjson.ts';
import { asError } from '../../core/thrown.ts';
import { RowBatcher } from '../row-batcher.ts';

/** Reads the files of a folder. */
export class FileSource implements Source {
  readonly listing = 'full';
  readonly repeatable = true;
  readonly #spec: FileSourceSpec;
  readonly #newFormat: () => FileFormat;
  readonly #context: ListingContext;
  readonly #log: Pick<Logger, 'warn'>;
  #stop = new AbortController();
  #hasTold = false;

  /** @param use the columns that the connector uses */
  constructor(
    source: FileSourceSpec,
    use: FieldUse,
    context: ListingContext,
    log: Pick<Logger, 'warn'> = silentLogger,
  ) {
    this.#spec = source;
    this.#newFormat = () => formatOf(source, use);
    this.#context = context;
    this.#log = log;
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
          this.#tell(format);
          rows.end();
        },
        (thrown: unknown) => {
          rows.fail(asError(thrown));
        },
      );
      const end = () => ({ checkpoint: undefined, truncated: false });
      yield* rows.batches(columns, end, (file, line) => placeIn(files, file, line));
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

  #tell(format: FileFormat): void {
    const remark = format.remark?.();
    if (remark === undefined || this.#hasTold) return;
    this.#hasTold = true;
    const { message, ...fields } = remark;
    this.#log.warn(message, fields);
  }

  #list(signal: AbortSignal): Promise<ListedFile[]> {
    signal.throwIfAborted();
    return listFiles(this.#spec, this.#context, signal);
  }
}

function placeIn(files: readonly ListedFile[], file: number, line: number): RowPlace {
  const name = files[file]?.name;
  return { ...(name !== undefined && { file: name }), ...(line > 0 && { line }) };
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
  for (const [index, file] of files.entries()) {
    for await (const some of format.rows(file)) {
      for (const row of some) {
        if (rows.full) await rows.drained(signal);
        appendRow(rows, row, index);
      }
      signal.throwIfAborted();
    }
  }
  await requireAllSame(files, signal);
  format.end();
}
