import { isCredentialHeader } from '../../definitions/connector/rules/plaintext.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import { BridgeError, toBridgeError } from '../../core/errors.ts';
import { createLogger, fieldsText } from '../../core/log.ts';
import { systemClock } from '../../core/time/clock.ts';
import type { Page } from '../../rest/listing/page.ts';
import { HIDDEN, type SentRequest } from '../../rest/request/sent-request.ts';
import { TRIAL_REQUESTS_MAX, TRIAL_TEXT_CHARACTERS_MAX } from '../limits.ts';
import { withSource, type SourceSurroundings } from '../run/with-source.ts';
import { shownHeaders } from './shown-headers.ts';
import type { Trial, TrialStep, TriedPage, TriedRequest } from './trial.ts';
import { RowCollector } from './tried-rows.ts';

/**
 * Requests the first pages of a connector's API, from the beginning of its listing, and returns what was sent and received.
 * Nothing is written, and nothing is retried. An error is part of the result, so that the requests before it can be seen.
 * @param pagesMax at least 1
 */
export async function trySource(
  connector: Connector,
  pagesMax: number,
  surroundings: SourceSurroundings,
  signal: AbortSignal,
): Promise<Trial> {
  const shown = (text: string) => cut(surroundings.redactor?.redact(text) ?? text);
  const steps = new Steps();
  const rows = new RowCollector(connector.spec, shown);
  const warnings: string[] = [];
  const log = createLogger({
    write: (line) => warnings.push(line.trimEnd()),
    level: 'warn',
    format: (_level, _time, message, fields) => `${message}${fieldsText(fields)}`,
    now: () => systemClock.now(),
    redact: shown,
  });
  const ended = (outcome: Trial['outcome'], error?: BridgeError): Trial => {
    return { steps: steps.all, warnings, rows: rows.rows, outcome, error };
  };
  const view = {
    log,
    observe: (sent: SentRequest) => {
      steps.sent(requestOf(sent, shown));
    },
  };
  if (connector.spec.mode !== 'rest_pull') return ended('failed', notAnApi(connector));
  try {
    return await withSource(
      connector,
      surroundings,
      async (source) => {
        let pages = 0;
        for await (const page of source.pages?.(signal) ?? []) {
          // The parts of a response that is read as a stream have no next page, so only the part after the last one shows it.
          if (pages === pagesMax) return ended('more');
          rows.add(page);
          const next = nextOf(page, shown);
          steps.received({ records: page.records.length, next });
          pages++;
          if (pages === pagesMax && next !== null) return ended('more');
        }
        return ended('ended');
      },
      view,
    );
  } catch (thrown) {
    return ended('failed', toBridgeError(thrown));
  }
}

/** The requests since the last page, and the pages so far. */
class Steps {
  readonly #done: TrialStep[] = [];
  #requests: TriedRequest[] = [];
  #more = 0;

  sent(request: TriedRequest): void {
    if (this.#requests.length === TRIAL_REQUESTS_MAX) this.#more++;
    else this.#requests.push(request);
  }

  received(page: TriedPage): void {
    this.#done.push(this.#step(page));
    this.#requests = [];
    this.#more = 0;
  }

  get all(): TrialStep[] {
    return this.#requests.length === 0 ? this.#done : [...this.#done, this.#step(undefined)];
  }

  #step(page: TriedPage | undefined): TrialStep {
    return { requests: this.#requests, moreRequests: this.#more, page };
  }
}

function requestOf(sent: SentRequest, shown: (text: string) => string): TriedRequest {
  const { method, url, headers, secretParameters, body, status, bytes, milliseconds } = sent;
  const entries = Object.entries(headers).map(
    ([name, value]) => [name, isCredentialHeader(name) ? HIDDEN : shown(value)] as const,
  );
  return {
    method,
    url: shown(url),
    headers: Object.fromEntries(entries),
    secretParameters,
    body: body === undefined ? null : shown(body),
    status,
    responseHeaders: shownHeaders(sent.header, shown),
    bytes: bytes ?? null,
    milliseconds,
  };
}

function nextOf({ next }: Page, shown: (text: string) => string): string | null {
  if (next === undefined) return null;
  return shown('place' in next ? next.place : `not shown, because ${next.because}`);
}

function cut(text: string): string {
  return text.length > TRIAL_TEXT_CHARACTERS_MAX ? `${text.slice(0, TRIAL_TEXT_CHARACTERS_MAX)}…` : text;
}

function notAnApi({ metadata, spec }: Connector): BridgeError {
  return new BridgeError(
    'USAGE',
    `${metadata.name} is a ${spec.mode} connector, and only an API (rest_pull) has pages that can be tried.`,
    { hint: 'Run: gemini-sync-bridge doctor --connector FILE, which checks the source of any connector.' },
  );
}
