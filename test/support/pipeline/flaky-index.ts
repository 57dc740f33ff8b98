import { BridgeError } from '../../../src/core/errors.ts';
import type {
  DeliveryJournal,
  Destination,
  RejectedDocument,
} from '../../../src/pipeline/ports/delivery-port.ts';
import type { ArtifactKind, ArtifactStore, Manifest } from '../../../src/pipeline/ports/ports.ts';

/** What becomes of one document of a delivery. */
export type DocumentFate = 'applied' | 'refused' | 'unknown and applied' | 'unknown and not applied';

/** What becomes of one call of `deliver`. */
export interface DeliveryFate {
  /**
   * `fails unasked`: before anything was asked for · `is refused`: as a whole, and for good · `is lost`, for the moment, or
   * `fails`, permanently: after `applied` changes, whose number is unknown.
   */
  readonly end: 'is acknowledged' | 'fails unasked' | 'is refused' | 'is lost' | 'fails';
  readonly applied: number;
  /** The changes that are left when it fails are read and applied later, without any notice. */
  readonly late: boolean;
  /** Document by document; over again when there are more. */
  readonly documents: readonly DocumentFate[];
}

export const ALL_GOES_WELL: DeliveryFate = {
  end: 'is acknowledged',
  applied: 0,
  late: false,
  documents: ['applied'],
};

export interface IndexedDocument {
  readonly title: string;
  readonly content: string;
  readonly acl_users: readonly string[];
  readonly checksum: string;
}

/** One change, as an operation of the index makes it; undefined takes the document away. */
type Change = readonly [docId: string, document: IndexedDocument | undefined];

/** An index that does with each delivery what it is told, and what an index may do that is far away. */
export class FlakyIndex implements Destination {
  readonly documents = new Map<string, IndexedDocument>();
  /** What is to become of the next deliveries; all goes well when it is empty. */
  fates: DeliveryFate[] = [];
  deliveries = 0;
  /** What each operation that is still in progress has to read and to do. */
  readonly #atWork = new Map<string, () => Promise<readonly Change[]>>();

  deliver: Destination['deliver'] = async (manifest, store, journal, signal) => {
    this.deliveries += 1;
    const turn = await journal.targetLease(signal);
    try {
      for (const { id, operation } of await journal.openSteps()) {
        if (operation !== null) await this.#finishLate(operation);
        await journal.settle(id);
      }
      await this.#deliver(manifest, store, journal, this.fates.shift() ?? ALL_GOES_WELL);
      return { upserts: 0, deletes: 0, rejected: await journal.rejected() };
    } finally {
      await turn.release();
    }
  };

  async #deliver(
    manifest: Manifest,
    store: ArtifactStore,
    journal: DeliveryJournal,
    { end, applied, late, documents }: DeliveryFate,
  ): Promise<void> {
    if (end === 'fails unasked') throw new BridgeError('ARTIFACT_MISSING', 'it failed before it asked');
    const attempts = (await journal.steps()).length;
    const name = `import-${attempts + 1}`;
    const operation = `${manifest.runId} ${name}`;
    const step = { name, operation, askedAt: '2026-01-01T00:00:00.000Z', detail: {} };
    await journal.save({ ...step, state: 'asked' });
    if (end === 'is refused') {
      await journal.save({ ...step, state: 'refused' });
      throw new BridgeError('SOURCE_REFUSED', 'it was refused as a whole');
    }

    const changes = await changesOf(manifest, store);
    if (end === 'is lost' || end === 'fails') {
      this.#make(changes.slice(0, applied));
      if (late) this.#atWork.set(operation, async () => (await changesOf(manifest, store)).slice(applied));
      throw new BridgeError(end === 'fails' ? 'SOURCE_REFUSED' : 'SOURCE_UNREACHABLE', `it ${end}`);
    }
    const rejected: RejectedDocument[] = [];
    changes.forEach((change, at) => {
      const fate = documents[at % documents.length] ?? 'applied';
      // Only what no earlier attempt of this run may have done can be said to have changed nothing.
      const outcome = fate === 'refused' && attempts === 0 ? 'refused' : 'unknown';
      if (fate !== 'applied') rejected.push({ docId: change[0], reason: fate, outcome });
      if (fate === 'applied' || fate === 'unknown and applied') this.#make([change]);
    });
    if (manifest.reconciliation === 'full') {
      const sent = new Set(changes.map(([docId]) => docId));
      for (const docId of this.documents.keys()) if (!sent.has(docId)) this.documents.delete(docId);
    }
    await journal.reject(rejected);
    await journal.save({ ...step, state: 'done' });
  }

  async #finishLate(operation: string): Promise<void> {
    this.#make((await this.#atWork.get(operation)?.()) ?? []);
    this.#atWork.delete(operation);
  }

  #make(changes: readonly Change[]): void {
    for (const [docId, document] of changes) {
      if (document === undefined) this.documents.delete(docId);
      else this.documents.set(docId, document);
    }
  }
}

async function changesOf(manifest: Manifest, store: ArtifactStore): Promise<Change[]> {
  const changes: Change[] = [];
  for (const line of await linesOf('upserts', manifest, store)) {
    const { doc_id, title, content, acl_users, checksum } = JSON.parse(line) as IndexedDocument & {
      doc_id: string;
    };
    changes.push([doc_id, { title, content, acl_users, checksum }]);
  }
  for (const line of await linesOf('deletes', manifest, store)) {
    changes.push([(JSON.parse(line) as { doc_id: string }).doc_id, undefined]);
  }
  return changes;
}

async function linesOf(kind: ArtifactKind, manifest: Manifest, store: ArtifactStore): Promise<string[]> {
  let text = '';
  for (const file of manifest.files) {
    if (file.kind !== kind) continue;
    for await (const chunk of await store.open(file.name)) text += Buffer.from(chunk).toString('utf8');
  }
  return text.split('\n').filter((line) => line !== '');
}
