import { ARTIFACT_PART_BYTES_MAX } from './limits.ts';
import type { ChangeSink } from './diff.ts';
import type { OutgoingDocument } from './outgoing/outgoing-document.ts';
import type { RecordChange } from './ports/staged-batch.ts';
import type { Job, Ports } from './ports/job.ts';
import { manifestName, runFolder } from './artifact/layout.ts';
import { createPartWriter, type PartWriter } from './artifact/part-writer.ts';
import type { Plan } from './plan.ts';
import type { ArtifactKind, Manifest } from './ports/ports.ts';
import { StagedBatches } from './staging/staged-batches.ts';
import { quarantineLine, type QuarantinedRow } from './quarantine.ts';

/** The number of records staged at once. Four times as many live long enough to fill the old heap, and cost 40 MB. */
const STAGE_RECORDS = 5_000;

type PublishPorts = Pick<Ports, 'store' | 'state' | 'records' | 'clock'>;

/**
 * Phase publish: writes changes as artifacts while the plan finds them, and stages the same changes in the state. The manifest is
 * written last; without it, nothing of this run counts.
 */
export class Publisher implements ChangeSink {
  readonly manifestName: string;
  readonly #job: Job;
  readonly #ports: PublishPorts;
  readonly #startedAt: Date;
  readonly #parts: Record<ArtifactKind, PartWriter>;
  readonly #staged = new StagedBatches();
  #staging: Promise<void> = Promise.resolve();

  constructor(job: Job, ports: PublishPorts, startedAt: Date) {
    this.#job = job;
    this.#ports = ports;
    this.#startedAt = startedAt;
    this.manifestName = manifestName(runFolder(job.prefix, job.runId));
    const folder = runFolder(job.prefix, job.runId);
    const part = (kind: ArtifactKind) =>
      createPartWriter(ports.store, { folder, kind, bytesMax: ARTIFACT_PART_BYTES_MAX });
    this.#parts = {
      upserts: part('upserts'),
      'upserts.discovery': part('upserts.discovery'),
      deletes: part('deletes'),
      'deletes.discovery': part('deletes.discovery'),
      'soft-deletes': part('soft-deletes'),
      held: part('held'),
      quarantine: part('quarantine'),
    };
  }

  upsert(document: OutgoingDocument): Promise<void> | undefined {
    const line = document.line();
    const record = document.record(this.#ports.records);
    const written = this.#parts.upserts.line(line.bytes, line.start, line.end);
    const converted = this.#parts['upserts.discovery'].line(record.bytes, record.start, record.end);
    document.stage(this.#staged, 'upsert');
    return together(written, converted, this.#flushFull());
  }

  refresh(change: RecordChange): Promise<void> | undefined {
    this.#staged.add('refresh', change);
    return this.#flushFull();
  }

  remove(docId: string, soft: boolean): Promise<void> | undefined {
    this.#staged.addId(soft ? 'soft_delete' : 'delete', docId);
    const staged = this.#flushFull();
    const line = JSON.stringify({ doc_id: docId, op: 'DELETE' });
    if (soft) return together(this.#parts['soft-deletes'].text(line), staged);
    const record = this.#ports.records.deletion(docId);
    return together(this.#parts.deletes.text(line), this.#parts['deletes.discovery'].text(record), staged);
  }

  hold(docId: string): Promise<void> | undefined {
    return this.#parts.held.text(JSON.stringify({ doc_id: docId }));
  }

  quarantine(row: QuarantinedRow): Promise<void> | undefined {
    const line = this.#parts.quarantine.text(quarantineLine(row));
    if (row.docId === undefined) return line;
    this.#staged.addId('set_aside', row.docId);
    return together(line, this.#flushFull());
  }

  /** Completes everything durably, the manifest last. */
  async finish(plan: Plan): Promise<Manifest> {
    const job = this.#job;
    const ports = this.#ports;
    await this.#flush();
    await this.#staging;
    const files = [];
    for (const part of Object.values(this.#parts)) files.push(...(await part.finish()));
    const manifest: Manifest = {
      version: 1,
      runId: job.runId,
      connector: job.connectorId,
      target: job.target,
      startedAt: this.#startedAt.toISOString(),
      publishedAt: ports.clock.now().toISOString(),
      watermark: plan.watermark,
      counts: plan.tally.counts(),
      ...(Object.keys(plan.remarks).length > 0 && { listing: plan.remarks }),
      ...(job.reconcile && { reconciliation: 'full' }),
      files,
    };
    await this.#writeManifest(manifest);
    // A later run must not finish, and so send, a run that is not to be sent.
    if (job.sends) await this.#publish(manifest, plan);
    return manifest;
  }

  /** The manifest is immutable like all other artifacts: an existing file of this name is not overwritten. */
  async #writeManifest(manifest: Manifest): Promise<void> {
    const writer = await this.#ports.store.create(this.manifestName);
    try {
      await writer.write(Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
      await writer.finish();
    } catch (thrown) {
      // The original failure is already known; an abort that also fails adds nothing.
      await writer.abort().catch(() => undefined);
      throw thrown;
    }
  }

  #publish({ counts }: Manifest, { watermark, startedFrom, holdReason, columns }: Plan): Promise<void> {
    return this.#ports.state.published(this.#job.runId, {
      manifestName: this.manifestName,
      counts,
      watermark,
      startedFrom,
      mappingVersion: this.#job.mapping.version,
      columns,
      holdReason,
    });
  }

  /** Leaves no file that looks finished. */
  async abort(): Promise<void> {
    // The original failure is already known; staging that also fails adds nothing.
    await this.#staging.catch(() => undefined);
    for (const part of Object.values(this.#parts)) await part.abort();
  }

  #flushFull(): Promise<void> | undefined {
    return this.#staged.count < STAGE_RECORDS ? undefined : this.#flush();
  }

  /** Waits for the previous changes to be staged, so that the database works while the next documents are rendered. */
  async #flush(): Promise<void> {
    const batches = this.#staged.take();
    await this.#staging;
    if (batches.length === 0) return;
    this.#staging = this.#ports.state.stage(this.#job.runId, batches);
    // The failure is handled where the promise is awaited, at the next flush or at the end.
    this.#staging.catch(() => undefined);
  }
}

/** Waits for the calls that returned a promise; usually none did. */
function together(
  first: Promise<void> | undefined,
  second: Promise<void> | undefined,
  third?: Promise<void>,
): Promise<void> | undefined {
  // This avoids an array, because it runs once per row.
  if (first === undefined && second === undefined && third === undefined) return undefined;
  return Promise.all([first, second, third]).then(() => undefined);
}
