import { secretsOf } from '../../../definitions/connector/secrets/secrets.ts';
import type { Connector, ConnectorSpec, HttpSourceSpec } from '../../../definitions/connector/types.ts';
import { BridgeError, toBridgeError } from '../../../core/errors.ts';
import { silentLogger } from '../../../core/log.ts';
import { sleep } from '../../../core/retry.ts';
import { createRedactor, type Redactor } from '../../../core/secrets/redact.ts';
import { systemClock } from '../../../core/time/clock.ts';
import { guardConnections, type Guard } from '../../../net/guard/connection-guard.ts';
import type { RowBatch } from '../../../pipeline/ports/ports.ts';
import { firstPageRows, firstRecordKeys } from '../../../sources/http/first-page.ts';
import { serverOf } from '../../../policy/host-pattern.ts';
import { openSource } from '../../../sources/index.ts';
import type { OpenedSource } from '../../../sources/opened-source.ts';
import type { ReadPushed } from '../../../sources/push/source.ts';
import { sourcePermitOf } from '../../catalog/policy.ts';
import { PREVIEW_CONNECT_SECONDS_MAX, PREVIEW_COUNT_SECONDS_MAX, PREVIEW_SECONDS_MAX } from '../../limits.ts';
import type { DraftCounts } from '../preview/preview-service.ts';
import { countChanges } from './count-changes.ts';
import { DocumentReader } from './document-reader.ts';
import type { PreviewLine, PreviewOrder, PreviewPhase, PreviewResult } from './preview-order.ts';
import { previewPermit } from './preview-permit.ts';
import { sampleEvents } from './sample-events.ts';
import { cutText } from './shown-value.ts';

type FailedPreview = Extract<PreviewLine, { readonly error: unknown }>;

/**
 * Previews the source of a draft in a separate process: it reads the columns or the first rows, and writes nothing. From here
 * on every connection of this process is checked.
 * @param tell reports what the preview waits for
 */
export async function previewSource(
  order: PreviewOrder,
  tell: (phase: PreviewPhase) => void,
  signal: AbortSignal,
): Promise<PreviewLine> {
  const redactor = createRedactor();
  for (const secret of Object.values(order.secrets)) redactor.add(secret);
  const { servers, trusted, allowedHosts } = order;
  tell('connection');
  const guard = guardConnections({ servers, trusted, allowed: allowedHosts }, undefined, () => {
    tell('answer');
  });
  const startedMs = systemClock.elapsedMs();
  try {
    const done =
      order.kind === 'counts'
        ? { counts: await countsOf(order, redactor, signal) }
        : { result: await previewResult(order, redactor, signal) };
    return { ...done, milliseconds: Math.round(systemClock.elapsedMs() - startedMs) };
  } catch (thrown) {
    const failed = await failedPreview(toBridgeError(thrown), guard, redactor);
    return isApi(order.connector.spec) ? withoutParts(failed, redactor) : failed;
  }
}

async function countsOf(order: PreviewOrder, redactor: Redactor, signal: AbortSignal): Promise<DraftCounts> {
  const source = await openFor(order, redactor, () => oneBatch([]));
  try {
    return await countChanges(order.connector, source, order.databaseUrl, signal);
  } finally {
    await source.close();
  }
}

async function previewResult(
  order: PreviewOrder,
  redactor: Redactor,
  signal: AbortSignal,
): Promise<PreviewResult> {
  const { connector, documentsMax, kind, events: text = '' } = order;
  const shown = (each: string) => cutText(redactor.redact(each));
  const reader = new DocumentReader(connector, documentsMax, shown);
  const samples = kind === 'events' ? await sampleEvents(connector, text) : undefined;
  for (const { row, reason } of samples?.rejected ?? []) reader.reject(row, reason);
  const source = await openFor(order, redactor, () => oneBatch(samples?.events ?? []));
  try {
    if (kind === 'columns')
      return { ...reader.result, columns: await columnsOf(source, connector, redactor, signal) };
    const stop = new AbortController();
    const reading = AbortSignal.any([signal, stop.signal]);
    const rows = rowsOf(source, connector.spec, documentsMax, redactor, reading);
    await readFirst(rows, reader, stop);
    return reader.result;
  } finally {
    await source.close();
  }
}

/** Stops the source as soon as enough was read: a database then cancels its query. */
async function readFirst(
  rows: AsyncIterable<RowBatch>,
  reader: DocumentReader,
  stop: AbortController,
): Promise<void> {
  const enough = new Error('enough rows');
  try {
    for await (const batch of rows) if (!reader.add(batch)) stop.abort(enough);
  } catch (thrown) {
    if (thrown !== enough) throw thrown;
  }
}

async function openFor(order: PreviewOrder, redactor: Redactor, pushed: ReadPushed): Promise<OpenedSource> {
  const { kind, connector, secrets, policyFile, proxy } = order;
  const spec = withShortWaits(connector.spec, kind);
  const policy = await sourcePermitOf(connector, { policyFile, cwd: process.cwd() });
  const missing = secretsOf(spec, { secret: () => undefined, similarSecret: () => undefined });
  return openSource(spec, (ref) => (Object.hasOwn(secrets, ref) ? (secrets[ref] ?? '') : missing(ref)), {
    retry: { retries: 0, backoffSeconds: 0 },
    clock: systemClock,
    wait: sleep,
    log: silentLogger,
    proxy,
    redactor,
    oracleClientLibDir: undefined,
    permit: previewPermit(order, policy),
    pushed,
  });
}

/** The database itself ends a query in time, so that none stays when this process is killed. */
function withShortWaits(spec: ConnectorSpec, kind: PreviewOrder['kind']): ConnectorSpec {
  const { source } = spec;
  if (source.type === 'http' || source.type === 'file') return spec;
  const secondsMax = kind === 'counts' ? PREVIEW_COUNT_SECONDS_MAX : PREVIEW_SECONDS_MAX;
  const { connectTimeoutSeconds = PREVIEW_CONNECT_SECONDS_MAX, statementTimeoutSeconds = secondsMax } =
    source;
  return {
    ...spec,
    source: {
      ...source,
      connectTimeoutSeconds: Math.min(connectTimeoutSeconds, PREVIEW_CONNECT_SECONDS_MAX),
      statementTimeoutSeconds: Math.min(statementTimeoutSeconds, secondsMax),
    },
  };
}

async function columnsOf(
  source: OpenedSource,
  { spec }: Connector,
  redactor: Redactor,
  signal: AbortSignal,
): Promise<PreviewResult['columns']> {
  const shown = (text: string) => cutText(redactor.redact(text));
  if (isApi(spec)) {
    const keys = await firstRecordKeys(source, signal);
    if (redactor.isGivenAwayBy(keys.join('\n'))) throw repeatsSecret();
    return keys.map((name) => ({ name: shown(name), kind: 'json' }));
  }
  const columns = await source.columns(signal);
  return columns.map(({ name, kind }) => ({ name: shown(name), kind }));
}

function rowsOf(
  source: OpenedSource,
  spec: ConnectorSpec,
  rowsMax: number,
  redactor: Redactor,
  signal: AbortSignal,
): AsyncIterable<RowBatch> {
  return isApi(spec)
    ? firstPageRows(withoutSecrets(source, redactor), spec, rowsMax + 1, signal)
    : source.read(undefined, signal);
}

/**
 * Refuses a page in which the API repeats a secret: a template could take it apart, and redaction would not find the parts in a
 * document.
 */
function withoutSecrets(source: OpenedSource, redactor: Redactor): Pick<OpenedSource, 'pages'> {
  return {
    async *pages(signal) {
      for await (const page of source.pages?.(signal) ?? []) {
        if (redactor.isGivenAwayBy(page.bytes.toString('utf8'))) throw repeatsSecret();
        yield page;
      }
    },
  };
}

function repeatsSecret(): BridgeError {
  return new BridgeError('PREVIEW_REFUSED', 'The response of the API repeats a secret, so it is not shown.', {
    hint: 'Read another address of the API, one whose records do not contain the credentials.',
  });
}

/** A message quotes the response, which may contain a part of a secret; redaction finds only whole ones. */
function withoutParts(failed: FailedPreview, redactor: Redactor): FailedPreview {
  const { error, reasons } = failed;
  if (![error.message, error.hint ?? '', ...reasons].some((text) => redactor.isGivenAwayBy(text)))
    return failed;
  const { code, message, hint } = repeatsSecret();
  return { ...failed, error: { code, message, hint }, reasons: [] };
}

function isApi(spec: ConnectorSpec): spec is ConnectorSpec & { readonly source: HttpSourceSpec } {
  return spec.mode === 'rest_pull' && spec.source.type === 'http';
}

// eslint-disable-next-line @typescript-eslint/require-await -- The queue of a server is a stream.
async function* oneBatch<T>(items: readonly T[]): AsyncGenerator<readonly T[]> {
  yield items;
}

/** Failures of the network have one message for authors, so that they cannot be used to scan a network. */
async function failedPreview(
  { code, message, hint }: BridgeError,
  guard: Guard,
  redactor: Redactor,
): Promise<FailedPreview> {
  const isRedirect = code === 'SOURCE_REDIRECT' && (await namesRefusedHost(message, guard));
  // An API that answers 503 counts as unreachable too, but it was reached.
  const isNetwork =
    (code === 'SOURCE_UNREACHABLE' && (guard.connected === 0 || guard.refusals.length > 0)) ||
    (code === 'SOURCE_TIMEOUT' && guard.connected === 0);
  const isUnreachable = isNetwork || isRedirect || (guard.connected === 0 && guard.refusals.length > 0);
  const shown = (text: string) => redactor.redact(text);
  return {
    error: { code, message: shown(message), ...(hint !== undefined && { hint: shown(hint) }) },
    isUnreachable,
    // The words of a source that was reached may quote a row, and rows are never logged.
    reasons: [...guard.refusals, ...(isRedirect || guard.connected === 0 ? [message] : [])].map(shown),
  };
}

/** Whether a server redirects to a host that previews may not reach. */
async function namesRefusedHost(message: string, guard: Guard): Promise<boolean> {
  for (const [address] of message.matchAll(/https?:\/\/[^\s,]+/g)) {
    const server = serverOf(address);
    if (server === undefined || !(await guard.admits(server.host))) return true;
  }
  return false;
}
