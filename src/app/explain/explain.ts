import { openArtifactStore, type StorePlace } from '../../artifacts/index.ts';
import { idFields, type Connector } from '../../definitions/connector/types.ts';
import { EXPLAIN_RUNS_MAX } from '../limits.ts';
import { apiDocumentId } from '../../gemini/delivery/document-id.ts';
import { HeldLeases } from '../../pipeline/held-leases.ts';
import type { DocumentFacts, ExplainState } from '../../pipeline/ports/explain-state-port.ts';
import { openExplainState } from '../../state/explain/open-explain-state.ts';
import { DocumentLines } from './document-lines.ts';
import type { Explanation, RemovalCause } from './explanation.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { bucketOf, targetOf } from '../run/job.ts';
import { documentNamed } from './named-document.ts';
import {
  holdIn,
  NO_HOLD,
  quarantinedIn,
  removalOf,
  runFacts,
  deliveryReader,
} from './document-deliveries.ts';
import {
  isDoubtful,
  lastSeenOf,
  missingOf,
  presenceOf,
  documentStatusOf,
  type Evidence,
} from './document-status.ts';
import { probeFactsOf } from './probe-facts.ts';
import { stateLocation } from '../run/state-location.ts';

export interface ExplainOptions {
  /** The document's id, its id in the API, or the key of its row in the source. */
  readonly doc: string;
  readonly local: boolean;
  /** The path of the connector's file, as on the command line. */
  readonly path: string;
}

export interface ExplainContext extends Omit<StorePlace, 'leases'> {
  readonly databaseUrl: string | undefined;
  /** Ends the search of artifacts; what was not read until then is listed in `unreadable`. */
  readonly signal?: AbortSignal;
}

/**
 * Reports the status of a document from the state and the artifacts of runs. Writes nothing, and queries neither Google nor
 * the source, so it reports what was acknowledged and not what may have happened to the data store since.
 * @throws BridgeError USAGE if the id does not belong to this connector; STATE_*, ENVIRONMENT_INVALID,
 *   ARTIFACT_SCHEME_UNKNOWN. Artifacts that cannot be read are not an error: `unreadable` names them.
 */
export async function explainDocument(
  connector: Connector,
  { doc, local, path }: ExplainOptions,
  context: ExplainContext,
): Promise<Explanation> {
  const { metadata, spec } = connector;
  const key = { connectorId: metadata.name, target: targetOf(spec, local) };
  const state = await openExplainState(stateLocation(context));
  try {
    const store = await openArtifactStore(bucketOf(spec, local), { ...context, leases: new HeldLeases() });
    const lines = new DocumentLines(store, spec.output.prefix, context.signal);
    const docId = await documentNamed(
      {
        given: doc,
        ...key,
        idFields: idFieldsOf(spec),
        command: (id) => explainCommandLine(path, id, local),
      },
      state,
    );
    const pushedTo = spec.mode === 'rest_push';
    // Pushes are read first: a push that is delivered in the meantime is then reported twice rather than omitted.
    const pushes = pushedTo ? await state.waitingPushes(key.connectorId, docId ?? doc) : null;
    // No document has a digest as its id, so a digest matches no records.
    const facts = await state.documentFacts(key.connectorId, key.target, docId ?? doc, {
      runs: EXPLAIN_RUNS_MAX,
    });
    const found =
      docId === undefined ? NOTHING : await find(docId, facts, pushedTo ? 'pushed' : 'missing', lines, state);
    const [newest] = facts.committed;
    const hold = docId === undefined || newest === undefined ? NO_HOLD : await holdIn(newest, docId, lines);
    const evidence: Evidence = { facts, ...found, hold };
    const lastSeen = lastSeenOf(evidence);
    const { deletePolicy } = spec.reconciliation;
    const missing = missingOf(evidence, lastSeen, deletePolicy);
    const standing = documentStatusOf(evidence, missing);
    const { record, newestRun, committed, elsewhere } = facts;
    const probe = probeFactsOf(spec.source, newest?.watermark ?? null);
    return {
      docId: docId ?? null,
      apiId: docId === undefined ? doc : apiDocumentId(docId),
      connector: key.connectorId,
      target: key.target,
      standing,
      deletePolicy,
      present: presenceOf(facts, standing),
      checksum: record === undefined || isDoubtful(record) ? null : record.checksum,
      lastSeen,
      ...found,
      held: hold.held,
      missing,
      pushes,
      newestRun: newestRun === undefined ? null : runFacts(newestRun),
      elsewhere: docId === undefined ? [] : elsewhere,
      ...(probe !== undefined && { probe }),
      runsSearched: committed.length,
      unreadable: [...lines.unreadable].map(([runId, message]) => ({ runId, message })),
    };
  } finally {
    await state.close();
  }
}

/** A producer sends the id of a document as a single string. */
function idFieldsOf({ mode, mapping }: Connector['spec']): readonly string[] {
  return mode === 'rest_push' ? ['doc_id'] : idFields(mapping);
}

function explainCommandLine(path: string, docId: string, local: boolean): string {
  const options = `--connector ${shellWord(path)} --doc ${shellWord(docId)}${local ? ' --local' : ''}`;
  return `gemini-sync-bridge explain ${options}`;
}

type Found = Pick<Explanation, 'sent' | 'waiting' | 'rejection' | 'quarantine' | 'removal'>;

const NOTHING: Found = { sent: null, waiting: null, rejection: null, quarantine: null, removal: null };

const KIND_OF_CHANGE = { upsert: 'upserts', delete: 'deletes', soft_delete: 'soft-deletes' } as const;

/** Collects what the artifacts of the relevant runs contain about a document. */
async function find(
  docId: string,
  { record, waiting, rejection, committed }: DocumentFacts,
  usual: RemovalCause,
  lines: DocumentLines,
  state: Pick<ExplainState, 'deliverySteps'>,
): Promise<Found> {
  const [newest] = committed;
  const sending = deliveryReader(docId, lines, state);
  const sentAs =
    record !== undefined && isDoubtful(record) ? (['deletes', 'upserts'] as const) : (['upserts'] as const);
  return {
    sent: record === undefined ? null : await sending(record.run, sentAs),
    waiting:
      waiting === undefined
        ? null
        : {
            ...(await sending(waiting.run, [KIND_OF_CHANGE[waiting.change]])),
            change: waiting.change,
          },
    rejection:
      rejection === undefined
        ? null
        : {
            reason: rejection.reason,
            outcome: rejection.outcome,
            sending: await sending(rejection.run, ['deletes', 'upserts']),
          },
    // Every run quarantines the rows that are still invalid, so an older quarantine is not relevant.
    quarantine: newest === undefined ? null : await quarantinedIn(newest, docId, lines),
    removal:
      record === undefined || record.softDeleted
        ? await removalOf(
            docId,
            record === undefined ? 'deletes' : 'soft-deletes',
            usual,
            committed,
            lines,
            state,
          )
        : null,
  };
}
