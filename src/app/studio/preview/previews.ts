import { hash } from 'node:crypto';
import type { Actor } from '../../../core/access/actor.ts';
import { requireRight } from '../../../core/access/actor.ts';
import type { AuditAction, AuditEvent, AuditLog } from '../../../core/access/audit-log.ts';
import { ERROR_KINDS } from '../../../core/error-kinds.ts';
import { BridgeError, toBridgeError } from '../../../core/errors.ts';
import type { Logger } from '../../../core/log.ts';
import { createRedactor, type Redactor } from '../../../core/secrets/redact.ts';
import type { Clock } from '../../../core/time/clock.ts';
import { isConnectorName } from '../../../definitions/connector/connector-name.ts';
import type { Connector } from '../../../definitions/connector/types.ts';
import { parseDatabaseUrl } from '../../../database/database-url.ts';
import type { GuardedServer } from '../../../net/guard/connection-checks.ts';
import type { ProxySettings } from '../../../net/proxy.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { PolicyPlace } from '../../catalog/policy.ts';
import { nameOf } from '../changes/connector-text.ts';
import { PREVIEW_DOCUMENTS, PREVIEW_EVENTS_BYTES_MAX } from '../../limits.ts';
import type { PreviewOrder, PreviewResult } from '../preview-process/preview-order.ts';
import { shownValue } from '../preview-process/shown-value.ts';
import { requireKnownFiles } from './local-files.ts';
import type { PreviewEnd, StartPreview } from './start-preview.ts';
import { connectorOfDraft } from './preview-draft.ts';
import type { Preview, PreviewService } from './preview-service.ts';
import { PreviewSlots } from './preview-slots.ts';
import { proxyFor } from './proxy-for.ts';
import { accessOfDraft, type DraftAccess, type PreviewSecrets } from './secret-bindings.ts';

/** What an operator allows previews to reach. */
export interface PreviewSettings {
  /** `STUDIO_ALLOWED_HOSTS`; undefined: not set, so the loopback is allowed on a server without keys. */
  readonly allowedHosts: readonly string[] | undefined;
  /** `STUDIO_FILE_ROOTS`; empty: no folder. */
  readonly fileRoots: readonly string[];
}

export interface PreviewContext extends PolicyPlace {
  readonly settings: PreviewSettings;
  readonly catalog: Catalog;
  readonly secrets: PreviewSecrets;
  readonly proxy: ProxySettings;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Logger;
  /** Removes the secrets of the server from a text. */
  redact(text: string): string;
  /** The state, for counts. */
  readonly databaseUrl: string | undefined;
  readonly startPreview: StartPreview;
}

/** What a server without keys may reach, which only this machine can use. */
const LOOPBACK: readonly string[] = ['127.0.0.0/8', '::1'];

type Kind = PreviewOrder['kind'];
const ACTIONS: Readonly<Record<Kind, AuditAction>> = {
  columns: 'source.test',
  documents: 'source.preview',
  events: 'source.preview',
  counts: 'source.count',
};

export function openPreviews(context: PreviewContext): PreviewService {
  const slots = new PreviewSlots(context.clock);
  const perform = (kind: Kind, text: string, actor: Actor, signal: AbortSignal, events?: string) =>
    audited(context, { kind, text, actor }, signal, async () => {
      const end = slots.take(actor.id);
      try {
        return await runPreview(context, { kind, text, actor, events }, signal);
      } finally {
        end();
      }
    });
  return {
    async columns(text, actor, signal) {
      requireRight(actor, 'author');
      return previewOf(await perform('columns', text, actor, signal));
    },
    async documents(text, actor, signal) {
      requireRight(actor, 'author');
      return previewOf(await perform('documents', text, actor, signal));
    },
    async samples(text, events, actor, signal) {
      requireRight(actor, 'author');
      if (Buffer.byteLength(events) > PREVIEW_EVENTS_BYTES_MAX) {
        const message = `The sample events have more than ${PREVIEW_EVENTS_BYTES_MAX} bytes.`;
        throw new BridgeError('PREVIEW_EVENTS_INVALID', message, { hint: 'Write fewer events.' });
      }
      return previewOf(await perform('events', text, actor, signal, events));
    },
    async counts(text, actor, signal) {
      requireRight(actor, 'operate');
      const countedAt = context.clock.now().toISOString();
      const end = await perform('counts', text, actor, signal);
      if (!('counts' in end)) throw new Error('The process counted nothing.');
      return { ...end.counts, milliseconds: end.milliseconds, countedAt };
    },
  };
}

interface Asked {
  readonly kind: Kind;
  readonly text: string;
  readonly actor: Actor;
  readonly events?: string | undefined;
}

async function runPreview(
  context: PreviewContext,
  asked: Asked,
  signal: AbortSignal,
): Promise<SuccessfulPreview> {
  const { kind, text, actor, events } = asked;
  const { settings, catalog, secrets, policyFile, cwd } = context;
  const connector = await connectorOfDraft(text, kind === 'columns' ? 'columns' : 'documents', {
    policyFile,
    cwd,
  });
  requireKind(kind, connector);
  const { connectors } = await catalog.current();
  const merged = connectors.get(connector.metadata.name)?.connector;
  requireKnownFiles(connector, merged, settings.fileRoots);
  const access = await accessOfDraft(connector, merged, secrets);
  const allowedHosts = settings.allowedHosts ?? (actor.kind === 'local' ? LOOPBACK : []);
  const { proxy, trusted } = proxyFor(access.servers, allowedHosts, context.proxy);
  const isCount = kind === 'counts';
  const end = await context.startPreview(
    {
      kind,
      connector,
      ...access,
      proxy,
      trusted: isCount ? [...trusted, ...stateServers(context)] : trusted,
      ...(isCount && { databaseUrl: context.databaseUrl }),
      allowedHosts,
      fileRoots: settings.fileRoots,
      policyFile,
      documentsMax: PREVIEW_DOCUMENTS,
      ...(events !== undefined && { events }),
    },
    signal,
  );
  return successOf(end, connector, context, redactorOf(access));
}

function redactorOf({ secrets }: DraftAccess): Redactor {
  const redactor = createRedactor();
  for (const secret of Object.values(secrets)) redactor.add(secret);
  return redactor;
}

type SuccessfulPreview = Exclude<PreviewEnd, { readonly error: unknown }>;

function previewOf(end: SuccessfulPreview): Preview {
  if (!('result' in end)) throw new Error('The process read no rows.');
  return { ...end.result, milliseconds: end.milliseconds };
}

/** The address of the state, which the operator configured. */
function stateServers({ databaseUrl }: PreviewContext): GuardedServer[] {
  if (databaseUrl === undefined) return [];
  const { host, port } = parseDatabaseUrl(databaseUrl);
  return [{ host, port }];
}

/** @throws BridgeError for a preview that failed; the author gets one message for every failure of the network */
function successOf(
  end: PreviewEnd,
  { metadata }: Connector,
  context: PreviewContext,
  redactor: Redactor,
): SuccessfulPreview {
  const shown = (text: string) => context.redact(redactor.redact(text));
  if ('counts' in end) return end;
  if ('result' in end) return { ...end, result: shownValue(end.result, shown) as PreviewResult };
  const { error, isUnreachable, reasons } = end;
  if (isUnreachable) {
    context.log.warn('a preview did not reach its source', {
      connector: metadata.name,
      reasons: reasons.map(shown),
    });
    throw unreachable();
  }
  // The message of a bug is for the author only: it may quote a row, and an internal error would be logged.
  const isKnown = Object.hasOwn(ERROR_KINDS, error.code) && error.code !== 'INTERNAL';
  const code = isKnown ? error.code : 'PREVIEW_FAILED';
  const { hint } = error;
  throw new BridgeError(code, shown(error.message).split('\n'), {
    ...(hint !== undefined && { hint: shown(hint) }),
  });
}

/** One message for an address that is not allowed, a closed port, a filtered one and an unknown name. */
function unreachable(): BridgeError {
  return new BridgeError(
    'PREVIEW_UNREACHABLE',
    'The preview could not connect to the source, or the address of the source is not allowed in previews.',
    {
      hint: 'Check host and port. The log of the server has the reason; the operator lists private addresses in STUDIO_ALLOWED_HOSTS.',
    },
  );
}

/** @throws BridgeError PREVIEW_REFUSED */
function requireKind(kind: Kind, { spec: { mode } }: Connector): void {
  if ((mode === 'rest_push') === (kind === 'events')) return;
  throw new BridgeError(
    'PREVIEW_REFUSED',
    mode === 'rest_push' ? 'A push connector has no source to read.' : `A ${mode} connector gets no events.`,
    { hint: mode === 'rest_push' ? 'Give sample events.' : 'Leave the sample events out.' },
  );
}

/** Records a preview before it begins, and its outcome. A preview that cannot be recorded does not happen. */
async function audited<T>(
  { audit }: PreviewContext,
  { kind, text, actor }: Asked,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const event = {
    actor,
    action: ACTIONS[kind],
    object: { kind: 'draft', name: nameIn(text) },
    // The text may contain a query with personal data, so only its hash is kept.
    details: { draft_sha256: hash('sha256', text, 'hex') },
  };
  await audit.record({ ...event, outcome: 'started' });
  try {
    const result = await work();
    await audit.record({ ...event, outcome: 'ok' });
    return result;
  } catch (thrown) {
    const code = signal.aborted ? 'INTERRUPTED' : toBridgeError(thrown).code;
    await audit.record({ ...event, outcome: outcomeOf(code), details: { ...event.details, code } });
    throw thrown;
  }
}

function outcomeOf(code: string): AuditEvent['outcome'] {
  return ['PREVIEW_SECRET_REFUSED', 'PREVIEW_REFUSED', 'PREVIEW_BUSY', 'POLICY_REFUSED'].includes(code)
    ? 'refused'
    : 'failed';
}

/** The name of the connector, for the audit log: only what can be a name, because the text may contain anything. */
function nameIn(text: string): string {
  const name = nameOf(text);
  return name !== undefined && isConnectorName(name) ? name : 'unnamed';
}
