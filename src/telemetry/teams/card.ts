import {
  ALERT_REPEAT_SECONDS,
  TELEMETRY_MESSAGE_CHARACTERS_MAX,
  TELEMETRY_TEXT_CHARACTERS_MAX,
} from '../../core/limits.ts';
import { releasedBy, type ReleasedBy } from '../../pipeline/guard.ts';
import type { RunKind } from '../../pipeline/ports/state-port.ts';
import type { RunEnd, RunSubject } from '../run-report.ts';
import type { TeamsSettings } from '../settings.ts';
import { shownText } from '../text.ts';
import type { Occasion } from './occasion.ts';

/** The newest version of Adaptive Cards that all clients of Teams show. */
const SCHEMA_VERSION = '1.4';
const REPEAT_HOURS = ALERT_REPEAT_SECONDS / 3_600;

type Color = 'Attention' | 'Warning' | 'Good';

interface TextRun {
  readonly type: 'TextRun';
  readonly text: string;
  readonly weight?: 'Bolder';
  readonly size?: 'Large';
  readonly color?: Color;
  readonly isSubtle?: true;
}

interface Line {
  readonly type: 'RichTextBlock';
  readonly inlines: readonly TextRun[];
}

/**
 * Builds the message of an alert for the webhook of a Teams workflow: JSON of fewer than `TEAMS_MESSAGE_BYTES_MAX` bytes, because
 * every text in it is bounded. Texts are rich text runs, the only element in which Markdown has no effect, so that text from a
 * source or a server is shown unchanged.
 */
export function teamsMessage(
  occasion: Occasion,
  subject: RunSubject,
  end: RunEnd,
  links: TeamsSettings['links'],
): string {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: SCHEMA_VERSION,
    body: [
      headline(occasion, subject, end),
      ...facts(subject, end),
      ...story(subject, end),
      footnote(occasion),
    ],
    actions: Object.entries(links).map(([system, link]) => ({
      type: 'Action.OpenUrl',
      title: `Run in ${system}`,
      url: link({ runId: subject.runId, connectorId: subject.connector }),
    })),
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return JSON.stringify({ type: 'message', attachments: [{ contentType, contentUrl: null, content }] });
}

function headline({ kind }: Occasion, { connector }: RunSubject, { status }: RunEnd): Line {
  const [what, color] = kind === 'recovery' ? (['works again', 'Good'] as const) : HEADLINES[status];
  return line({
    type: 'TextRun',
    text: `${shown(connector)}: ${what}`,
    weight: 'Bolder',
    size: 'Large',
    color,
  });
}

const HEADLINES: Readonly<Record<RunEnd['status'], readonly [string, Color]>> = {
  FAILED: ['failed', 'Attention'],
  HELD: ['deletes are held', 'Warning'],
  PARTIAL: ['partly done', 'Warning'],
  SUCCESS: ['done', 'Good'],
};

function facts(subject: RunSubject, end: RunEnd): Line[] {
  const counts = Object.entries(end.counts).filter(([, value]) => value !== null);
  return [
    fact(WORDS[subject.kind].name, connectorOf(subject)),
    fact('Status', `${end.status}, exit status ${end.exitStatus}`),
    fact('Run', subject.runId),
    ...(subject.target === null ? [] : [fact('Target', subject.target)]),
    fact('Time', `${end.finishedAt.toISOString()}, after ${(end.durationMs / 1_000).toFixed(1)} s`),
    ...(counts.length === 0
      ? []
      : [fact('Counts', counts.map(([name, value]) => `${name} ${value}`).join(', '))]),
  ];
}

function connectorOf({ connector, namedAfterFile }: RunSubject): string {
  return namedAfterFile ? `${connector} (file name; metadata.name could not be read)` : connector;
}

/** The problem and its fix. */
function story({ kind }: RunSubject, { error, holdReason, counts, phases }: RunEnd): Line[] {
  if (error !== null) {
    const where = phases.at(-1)?.phase;
    return [
      fact('Error', `${error.code}${where === undefined ? '' : ` in phase ${where}`}`),
      line({ type: 'TextRun', text: shown(error.message, TELEMETRY_MESSAGE_CHARACTERS_MAX) }),
      ...(error.hint === null ? [] : [fact('Next', error.hint)]),
      fact(
        'Retry',
        error.retryable ? 'trying again later may help.' : 'trying again without a change will not help.',
      ),
    ];
  }
  const { held = 0, quarantined = 0, rejected = 0 } = counts;
  return [
    ...(held === 0
      ? []
      : [
          fact('Held', holdReason ?? `${held} deletes`),
          fact('Next', RELEASE[holdReason === null ? 'allow_deletes' : releasedBy(holdReason)](held, kind)),
        ]),
    ...(quarantined === 0 ? [] : [fact('Quarantined', `${quarantined} ${WORDS[kind].quarantined}`)]),
    ...(rejected === 0 ? [] : [fact('Rejected', `${rejected} ${WORDS[kind].rejected}`)]),
  ];
}

interface KindWords {
  readonly name: string;
  /** A phrase after the number of rows. */
  readonly quarantined: string;
  /** A phrase after the number of documents, texts or records. */
  readonly rejected: string;
  /** What is done with `--allow-deletes`. */
  readonly release: string;
}

const WORDS: Readonly<Record<RunKind, KindWords>> = {
  connector: {
    name: 'Connector',
    quarantined: 'rows; quarantine.ndjson of the run has each with its reason',
    rejected: 'by the index; the next run sends them again',
    release: 'run the connector with',
  },
  knowledge_source: {
    name: 'Knowledge source',
    quarantined: 'items; the log of the run has each with its reason',
    rejected: 'texts by the embedding API; they are set aside and not sent again',
    release: 'run kb sync with',
  },
  app: {
    name: 'App',
    quarantined: 'records; the log of the sync has each with its reason',
    rejected: 'records; the next sync reads them again',
    release: 'run sync --full with',
  },
};

const RELEASE: Readonly<Record<ReleasedBy, (held: number, kind: RunKind) => string>> = {
  allow_deletes: (held, kind) =>
    `If they are right, release them: ${WORDS[kind].release} --allow-deletes ${held}`,
  complete_listing: () =>
    'Find in the log of the run why the listing stopped early; the next complete listing decides',
  identified_rows: () => 'Send those rows shorter; quarantine.ndjson says which; then the next run decides',
};

/** Says when the next message comes, so that silence is not mistaken for health. */
function footnote({ kind }: Occasion): Line {
  const text =
    kind === 'alert'
      ? `Repeated every ${REPEAT_HOURS} hours until resolved; you will be told when it recovers.`
      : `If the same problem returns within ${REPEAT_HOURS} hours of its alert, it is announced only after that time.`;
  return line({ type: 'TextRun', text, isSubtle: true });
}

function fact(label: string, value: string): Line {
  return line(
    { type: 'TextRun', text: `${label}: `, weight: 'Bolder' },
    { type: 'TextRun', text: shown(value) },
  );
}

function line(...inlines: readonly TextRun[]): Line {
  return { type: 'RichTextBlock', inlines };
}

/** Teams does not allow an empty text run. */
function shown(text: string, charactersMax = TELEMETRY_TEXT_CHARACTERS_MAX): string {
  const clean = shownText(text, charactersMax);
  return clean === '' ? '–' : clean;
}
