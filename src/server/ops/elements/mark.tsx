import type { ConnectorState } from '../../../app/ops/model/connector.ts';
import type { OpsRun } from '../../../app/ops/model/run.ts';
import { UNREADABLE_ROW } from '../run/retry.tsx';

/** The severity of a state; each severity has its own colour and shape. */
export type Tone = 'bad' | 'warn' | 'part' | 'work' | 'good' | 'none';

export interface Meaning {
  readonly word: string;
  readonly tone: Tone;
}

const OF_STATE: Readonly<Record<ConnectorState, Meaning>> = {
  failing: { word: 'Failing', tone: 'bad' },
  stalled: { word: 'Stalled', tone: 'bad' },
  held: { word: 'Held', tone: 'warn' },
  partial: { word: 'Partial', tone: 'part' },
  late: { word: 'Late', tone: 'warn' },
  running: { word: 'Running', tone: 'work' },
  never_run: { word: 'Never run', tone: 'none' },
  ok: { word: 'OK', tone: 'good' },
};

const OF_STATUS: Readonly<Record<OpsRun['status'], Meaning>> = {
  RUNNING: { word: 'Running', tone: 'work' },
  SUCCESS: { word: 'Success', tone: 'good' },
  HELD: { word: 'Held', tone: 'warn' },
  PARTIAL: { word: 'Partial', tone: 'part' },
  FAILED: { word: 'Failed', tone: 'bad' },
  DRY_RUN: { word: 'Dry run', tone: 'none' },
};

const UNREADABLE: Meaning = { word: 'Not readable', tone: 'bad' };
const STALLED: Meaning = { word: 'Stalled', tone: 'bad' };

export function meaningOfRun({ status, alive, error }: Pick<OpsRun, 'status' | 'alive' | 'error'>): Meaning {
  if (error?.code === UNREADABLE_ROW) return UNREADABLE;
  return status === 'RUNNING' && alive === false ? STALLED : OF_STATUS[status];
}

export function meaningOfState(state: ConnectorState): Meaning {
  return OF_STATE[state];
}

/** A square with a cross, a triangle, a half-filled diamond, a half-closed ring, a disc with a tick, or an empty ring. */
export function Shape({ tone }: { readonly tone: Tone }) {
  return (
    <svg
      class={`shape tone-${tone}`}
      viewBox="0 0 16 16"
      width="14"
      height="14"
      aria-hidden="true"
      focusable="false"
    >
      {SHAPES[tone]}
    </svg>
  );
}

const SHAPES = {
  bad: (
    <>
      <rect class="fill" x="1" y="1" width="14" height="14" rx="2" />
      <path class="cut" d="M5 5l6 6M11 5l-6 6" />
    </>
  ),
  warn: (
    <>
      <path class="fill" d="M8 1l7.5 14h-15z" />
      <path class="cut" d="M8 6v4M8 12v1.2" />
    </>
  ),
  part: (
    <>
      <path class="line" d="M8 1.2l6.8 6.8-6.8 6.8-6.8-6.8z" />
      <path class="fill" d="M8 1.2v13.6l-6.8-6.8z" />
    </>
  ),
  work: (
    <>
      <circle class="line faint" cx="8" cy="8" r="6" />
      <path class="line" d="M8 2a6 6 0 0 1 6 6" />
    </>
  ),
  good: (
    <>
      <circle class="fill" cx="8" cy="8" r="7" />
      <path class="cut" d="M4.8 8.2l2.2 2.3 4.2-4.8" />
    </>
  ),
  none: <circle class="line" cx="8" cy="8" r="6" />,
};

/** A shape, a word and a colour together. */
export function Mark({ meaning }: { readonly meaning: Meaning }) {
  return (
    <span class={`mark tone-${meaning.tone}`}>
      <Shape tone={meaning.tone} />
      <span class="word">{meaning.word}</span>
    </span>
  );
}
