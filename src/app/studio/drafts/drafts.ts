import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { requireRight, type Actor } from '../../../core/access/actor.ts';
import { BridgeError } from '../../../core/errors.ts';
import { DRAFT_BYTES_MAX } from '../../../core/limits.ts';
import type { Clock } from '../../../core/time/clock.ts';
import { isConnectorName } from '../../../definitions/connector/connector-name.ts';
import { textAt } from '../../../definitions/draft.ts';
import { readYaml } from '../../../definitions/yaml/yaml.ts';
import type { DraftStore } from '../../../state/studio/drafts.ts';
import type { RepositoryBase } from '../../../studio/repository.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { DRAFT_KEEP_DAYS, DRAFTS_PER_PERSON_MAX } from '../../limits.ts';
import type { Draft, DraftOrder, DraftService } from './draft-service.ts';

interface DraftSettings {
  readonly store: DraftStore;
  /** The newest files of the repository, as `ProposalService.base` returns them. */
  readonly base: (signal: AbortSignal) => Promise<RepositoryBase>;
  /** Knows the files of the connectors that this server serves. */
  readonly catalog: Pick<Catalog, 'current'>;
  /** The folder of connectors in the repository. */
  readonly folder: string;
  readonly clock: Clock;
}

interface Original {
  readonly path: string;
  readonly base: NonNullable<Draft['base']>;
}

export function openDrafts(settings: DraftSettings): DraftService {
  const { store, clock, folder } = settings;
  const expire = () => store.expire(new Date(clock.now().getTime() - DRAFT_KEEP_DAYS * DAY_MS));

  async function find(id: string, actor: Actor): Promise<Draft> {
    requireRight(actor, 'author');
    const draft = await store.find(id, actor.id);
    if (draft === undefined) throw unknownDraft(id);
    return draft;
  }

  return {
    find,
    async create(order, actor, signal) {
      requireRight(actor, 'author');
      await expire();
      const isEdit = order.intent === 'edit';
      const known = isEdit ? await store.findEdited(order.connectorId, actor.id) : undefined;
      if (known !== undefined) return known;
      const draft = await newDraft(order, actor, settings, signal);
      const outcome = await store.add(draft, DRAFTS_PER_PERSON_MAX, actor);
      if (outcome === 'full') throw tooMany();
      if (outcome === 'added') return draft;
      const other = await store.findEdited(order.connectorId, actor.id);
      return other ?? draft;
    },
    findEdited(connectorId, actor) {
      requireRight(actor, 'author');
      return store.findEdited(connectorId, actor.id);
    },
    async list(actor) {
      requireRight(actor, 'author');
      await expire();
      return store.list(actor.id);
    },
    async save(id, { text, version }, actor) {
      const draft = await find(id, actor);
      // Also a number that the column cannot have.
      if (draft.version !== version) throw changedElsewhere(id);
      if (draft.text === text) return draft;
      requireStorable(text);
      const path = draft.intent === 'edit' ? draft.path : newPath(text, folder, draft.connectorId);
      const readableText = readYaml(text).value === undefined ? draft.readableText : text;
      const changed = await store.change(id, { version, path, text, readableText }, actor.id);
      if (changed === undefined) throw changedElsewhere(id);
      return changed;
    },
    async rebase(id, { text, version, base }, actor) {
      const { intent, connectorId, path, readableText, version: current } = await find(id, actor);
      if (current !== version) throw changedElsewhere(id);
      requireStorable(text);
      const change = {
        version,
        text,
        base,
        path: intent === 'edit' ? path : newPath(text, folder, connectorId),
        readableText: readYaml(text).value === undefined ? readableText : text,
      };
      const changed = await store.rebase(id, change, actor.id);
      if (changed === undefined) throw changedElsewhere(id);
      return changed;
    },
    async discard(id, actor) {
      requireRight(actor, 'author');
      if (!(await store.remove(id, actor))) throw unknownDraft(id);
    },
    async original(connectorId, actor, signal) {
      requireRight(actor, 'read');
      const { path, base } = await originalOf(connectorId, settings, signal);
      return { path, text: base.text };
    },
  };
}

const DAY_MS = 86_400_000;

async function originalOf(
  connectorId: string,
  settings: DraftSettings,
  signal: AbortSignal,
): Promise<Original> {
  const base = await settings.base(signal);
  for (const path of await pathsOf(connectorId, settings)) {
    const file = await base.read(path, signal);
    if (file !== undefined) return { path, base: { text: file.text, blob: file.blob, commit: base.commit } };
  }
  throw unknownConnector(connectorId, base, settings.folder);
}

async function newDraft(
  order: DraftOrder,
  actor: Actor,
  settings: DraftSettings,
  signal: AbortSignal,
): Promise<Draft> {
  const { intent, connectorId } = order;
  const original = intent === 'create' ? undefined : await originalOf(connectorId, settings, signal);
  const text = original?.base.text ?? order.text ?? '';
  requireStorable(text);
  const at = settings.clock.now().toISOString();
  return {
    id: randomUUID(),
    actorId: actor.id,
    intent,
    connectorId: intent === 'create' ? '' : connectorId,
    path: intent === 'edit' ? (original?.path ?? '') : newPath(text, settings.folder, connectorId),
    text,
    readableText: readYaml(text).value === undefined ? '' : text,
    base: intent === 'edit' ? (original?.base ?? null) : null,
    version: 1,
    createdAt: at,
    updatedAt: at,
  };
}

/** The file that the server knows, then the usual names: the connector may be merged and not deployed yet. */
async function pathsOf(
  connectorId: string,
  { catalog, folder }: Pick<DraftSettings, 'catalog' | 'folder'>,
): Promise<readonly string[]> {
  const known = (await catalog.current()).connectors.get(connectorId);
  const usual = isConnectorName(connectorId) ? [`${connectorId}.yaml`, `${connectorId}.yml`] : [];
  const names = known === undefined ? usual : [basename(known.file), ...usual];
  return [...new Set(names)].map((name) => `${folder}/${name}`);
}

/** The file of a new connector: its name says it. A clone needs a name of its own before it has a file. */
function newPath(text: string, folder: string, clonedFrom: string): string {
  const name = textAt(readYaml(text).value, 'metadata.name');
  if (name === undefined || !isConnectorName(name) || name === clonedFrom) return '';
  return `${folder}/${name}.yaml`;
}

/** @throws BridgeError DRAFT_REFUSED */
function requireStorable(text: string): void {
  const bytes = Buffer.from(text);
  if (bytes.length > DRAFT_BYTES_MAX) {
    throw new BridgeError(
      'DRAFT_REFUSED',
      `The draft has ${bytes.length} bytes; a connector has at most ${DRAFT_BYTES_MAX}.`,
      { hint: 'Shorten the text. The last saved text is still in the draft.' },
    );
  }
  if (!text.includes('\0') && bytes.toString() === text) return;
  throw new BridgeError('DRAFT_REFUSED', 'The draft contains characters that are not valid in a text file.', {
    hint: 'Remove the NUL character or the half of a character pair. The last saved text is still in the draft.',
  });
}

function unknownDraft(id: string): BridgeError {
  return new BridgeError('DRAFT_UNKNOWN', `You have no draft ${JSON.stringify(id)}.`, {
    hint: `Open the editor from the catalog again. A draft is removed ${DRAFT_KEEP_DAYS} days after its last change.`,
  });
}

function changedElsewhere(id: string): BridgeError {
  return new BridgeError('DRAFT_CHANGED', `The draft ${id} was changed after this text was read.`, {
    hint: 'Read the draft again, and repeat the change. Nothing was overwritten.',
  });
}

function tooMany(): BridgeError {
  return new BridgeError('DRAFT_REFUSED', `You have ${DRAFTS_PER_PERSON_MAX} drafts, which is the limit.`, {
    hint: 'Discard the drafts that you no longer need.',
  });
}

function unknownConnector(id: string, { repository, branch }: RepositoryBase, folder: string): BridgeError {
  const place = branch === null ? repository : `the branch ${branch} of ${repository}`;
  return new BridgeError(
    'DEFINITION_UNKNOWN',
    `The connector ${JSON.stringify(id)} has no file in the folder ${folder} of ${place}.`,
    { hint: 'Check the name in the catalog.' },
  );
}
