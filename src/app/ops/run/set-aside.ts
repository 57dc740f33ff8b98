import { fieldOf, textOf } from '../../../gemini/api/json-fields.ts';
import { folderOf } from '../../../pipeline/artifact/layout.ts';
import type { RowPlace } from '../../../pipeline/ports/row-place.ts';
import { placeText } from '../../../pipeline/document/row-place.ts';
import type { RunRow } from '../../../pipeline/ports/state-port.ts';
import type { ArtifactLines, RunFolder } from './artifact-lines.ts';
import type { OpsHeldDocuments, OpsQuarantinedRows } from '../model/run-detail.ts';

/** The held deletes and the quarantined rows of a run, as its artifacts list them; null if there are none. */
export interface SetAside {
  readonly held_documents: OpsHeldDocuments | null;
  readonly quarantined_rows: OpsQuarantinedRows | null;
}

/** @param bucket the bucket in the connector's current file, for runs of versions that did not record their folder */
export async function setAsideBy(
  run: Pick<RunRow, 'manifestName' | 'folder' | 'counts'>,
  bucket: string | undefined,
  artifacts: ArtifactLines,
): Promise<SetAside> {
  const place = placeOf(run, bucket);
  if (place === undefined || run.counts === null) return { held_documents: null, quarantined_rows: null };
  const { held, quarantined } = run.counts;
  const [documents, rows] = await Promise.all([
    held === 0 ? null : artifacts.first(place, 'held'),
    quarantined === 0 ? null : artifacts.first(place, 'quarantine'),
  ]);
  return {
    held_documents: documents && {
      uri: documents.uri,
      total: held,
      doc_ids: documents.lines.flatMap((line) => textOf(line, 'doc_id') ?? []),
      problem: documents.problem,
    },
    quarantined_rows: rows && {
      uri: rows.uri,
      total: quarantined,
      items: rows.lines.map(quarantinedRow),
      problem: rows.problem,
    },
  };
}

/** The bucket that the run used, which may differ from the one in the connector's current file. */
function placeOf(
  { manifestName, folder: uri }: Pick<RunRow, 'manifestName' | 'folder'>,
  bucket: string | undefined,
): RunFolder | undefined {
  if (manifestName === null) return undefined;
  const folder = folderOf(manifestName);
  if (uri?.endsWith(`/${folder}`) === true) return { bucket: uri.slice(0, -folder.length), folder };
  return bucket === undefined ? undefined : { bucket, folder };
}

function quarantinedRow(line: unknown): OpsQuarantinedRows['items'][number] {
  const number = (key: string) => {
    const value = fieldOf(line, key);
    return typeof value === 'number' ? value : undefined;
  };
  const [file, fileLine] = [textOf(line, 'file'), number('line')];
  const [page, record] = [number('page'), number('record')];
  const place: RowPlace = {
    ...(file !== undefined && { file }),
    ...(fileLine !== undefined && { line: fileLine }),
    ...(page !== undefined && { page }),
    ...(record !== undefined && { record }),
  };
  return {
    row: number('row') ?? null,
    place: placeText(place),
    doc_id: textOf(line, 'doc_id') ?? null,
    code: textOf(line, 'code') ?? '',
    reason: textOf(line, 'reason') ?? '',
  };
}
