import type { Actor } from '../../core/access/actor.ts';
import type { AuditAction } from '../../core/access/audit-log.ts';
import { silentLogger, type Logger } from '../../core/log.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { ServerDatabase } from '../../database/open-server-database.ts';
import { isUniqueViolation } from '../../database/state-errors.ts';
import { auditedChange } from '../audit/audited-change.ts';
import type { Knex } from 'knex';

interface DraftTable {
  id: string;
  actor_id: string;
  intent: 'create' | 'edit' | 'clone';
  connector_id: string;
  path: string;
  content: string;
  readable_content: string;
  base_content: string | null;
  base_blob: string | null;
  base_commit: string | null;
  version: number;
  created_at: string;
  updated_at: string;
}

declare module 'knex/types/tables.js' {
  interface Tables {
    studio_drafts: DraftTable;
  }
}

/** A draft as it is stored. Times are ISO 8601, UTC. */
export interface StoredDraft {
  readonly id: string;
  readonly actorId: string;
  readonly intent: 'create' | 'edit' | 'clone';
  /** The connector that is edited or cloned; empty for a new one. */
  readonly connectorId: string;
  /** The file of the connector in the repository; empty until a new connector has a name. */
  readonly path: string;
  readonly text: string;
  /** The last text that could be read as YAML; the form shows it while the text cannot be read. */
  readonly readableText: string;
  /** The file as the draft started from it; null if it did not exist. */
  readonly base: { readonly text: string; readonly blob: string; readonly commit: string | null } | null;
  /** Grows with every change. */
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The text of a draft after a change. */
interface DraftChange extends Pick<StoredDraft, 'path' | 'text' | 'readableText'> {
  /** The version that the change was made from. */
  readonly version: number;
}

/** The drafts of all people; every function only touches those of one person. @throws BridgeError STATE_* */
export interface DraftStore {
  /**
   * Adds a draft with its audit event. @returns `full` if the person has `most` drafts; `exists` if the person already edits this
   * connector
   */
  add(draft: StoredDraft, most: number, actor: Actor): Promise<'added' | 'full' | 'exists'>;
  find(id: string, actorId: string): Promise<StoredDraft | undefined>;
  /** The draft with which a person edits a connector. */
  findEdited(connectorId: string, actorId: string): Promise<StoredDraft | undefined>;
  /** Newest change first. */
  list(actorId: string): Promise<readonly StoredDraft[]>;
  /** @returns the changed draft; undefined if it does not exist or has another version */
  change(id: string, change: DraftChange, actorId: string): Promise<StoredDraft | undefined>;
  /** Replaces the text of a draft and the file that it started from. @returns undefined as `change` does */
  rebase(
    id: string,
    change: DraftChange & Pick<StoredDraft, 'base'>,
    actorId: string,
  ): Promise<StoredDraft | undefined>;
  /** Removes a draft with its audit event. @returns whether it existed */
  remove(id: string, actor: Actor): Promise<boolean>;
  /** Removes the drafts of all people that were not changed since a moment. */
  expire(before: Date): Promise<void>;
}

/** @param log gets a line for each event of the audit log */
export function openDraftStore(
  database: Pick<ServerDatabase, 'guarded'>,
  clock: Clock,
  log: Pick<Logger, 'info'> = silentLogger,
): DraftStore {
  const now = () => clock.now().toISOString();
  const one = async (query: Knex.QueryBuilder<DraftTable, DraftTable[]>) => {
    const [row] = await query.limit(1);
    return row === undefined ? undefined : draftOf(row);
  };
  return {
    add: (draft, most, actor) =>
      database.guarded(({ knex }) => add(knex, { draft, most, actor }, clock, log)),
    find: (id, actorId) =>
      database.guarded(({ knex }) => one(knex('studio_drafts').where({ id, actor_id: actorId }).select('*'))),
    findEdited: (connectorId, actorId) =>
      database.guarded(({ knex }) => {
        const key = { actor_id: actorId, connector_id: connectorId, intent: 'edit' } as const;
        return one(knex('studio_drafts').where(key).select('*'));
      }),
    list: (actorId) =>
      database.guarded(async ({ knex }) => {
        const order = [{ column: 'updated_at', order: 'desc' }, 'id'] as const;
        const rows = await knex('studio_drafts')
          .where({ actor_id: actorId })
          .orderBy([...order]);
        return rows.map(draftOf);
      }),
    change: (id, change, actorId) =>
      database.guarded(({ knex }) => update(knex, id, actorId, change, { updated_at: now() })),
    rebase: (id, { base, ...change }, actorId) =>
      database.guarded(({ knex }) =>
        update(knex, id, actorId, change, { ...baseRow(base), updated_at: now() }),
      ),
    remove: (id, actor) =>
      database.guarded(({ knex }) =>
        auditedChange(knex, log, async (transaction, record) => {
          const own = { id, actor_id: actor.id };
          const row = await transaction('studio_drafts').where(own).first();
          if (row === undefined || (await transaction('studio_drafts').where(own).delete()) === 0)
            return false;
          await record(eventOf('draft.discard', draftOf(row), actor), clock.now());
          return true;
        }),
      ),
    expire: (before) =>
      database.guarded(async ({ knex }) => {
        await knex('studio_drafts').where('updated_at', '<', before.toISOString()).delete();
      }),
  };
}

async function update(
  knex: Knex,
  id: string,
  actorId: string,
  { version, path, text, readableText }: DraftChange,
  more: Partial<DraftTable>,
): Promise<StoredDraft | undefined> {
  const [row] = await knex('studio_drafts')
    .where({ id, actor_id: actorId, version })
    .update({ path, content: text, readable_content: readableText, version: version + 1, ...more })
    .returning('*');
  return row === undefined ? undefined : draftOf(row);
}

function baseRow(base: StoredDraft['base']): Pick<DraftTable, 'base_content' | 'base_blob' | 'base_commit'> {
  return {
    base_content: base?.text ?? null,
    base_blob: base?.blob ?? null,
    base_commit: base?.commit ?? null,
  };
}

async function add(
  knex: Knex,
  { draft, most, actor }: { readonly draft: StoredDraft; readonly most: number; readonly actor: Actor },
  clock: Clock,
  log: Pick<Logger, 'info'>,
): Promise<'added' | 'full' | 'exists'> {
  try {
    return await auditedChange(knex, log, async (transaction, record) => {
      const own = transaction('studio_drafts').where({ actor_id: draft.actorId });
      const counted: readonly { drafts: number | string }[] = await own.select(
        knex.raw('count(*) as drafts'),
      );
      if (Number(counted[0]?.drafts ?? 0) >= most) return 'full';
      await transaction('studio_drafts').insert(rowOf(draft));
      await record(eventOf('draft.create', draft, actor), clock.now());
      return 'added';
    });
  } catch (thrown) {
    // The same person pressed the button twice.
    if (isUniqueViolation(thrown)) return 'exists';
    throw thrown;
  }
}

function eventOf(action: AuditAction, { id, intent, connectorId }: StoredDraft, actor: Actor) {
  const object = { kind: 'draft', name: id };
  return { actor, action, object, outcome: 'ok', details: { intent, connector: connectorId } } as const;
}

function rowOf(draft: StoredDraft): DraftTable {
  return {
    id: draft.id,
    actor_id: draft.actorId,
    intent: draft.intent,
    connector_id: draft.connectorId,
    path: draft.path,
    content: draft.text,
    readable_content: draft.readableText,
    ...baseRow(draft.base),
    version: draft.version,
    created_at: draft.createdAt,
    updated_at: draft.updatedAt,
  };
}

function draftOf(row: DraftTable): StoredDraft {
  const { base_content: text, base_blob: blob, base_commit: commit } = row;
  return {
    id: row.id,
    actorId: row.actor_id,
    intent: row.intent,
    connectorId: row.connector_id,
    path: row.path,
    text: row.content,
    readableText: row.readable_content,
    base: text === null || blob === null ? null : { text, blob, commit },
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
