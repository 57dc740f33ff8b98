import type { TimelineStep } from '../../../app/ops/model/run-detail.ts';
import { Bar } from '../elements/bar.tsx';
import { durationText } from '../elements/figures.ts';
import { Shape, type Tone } from '../elements/mark.tsx';
import { ClockTime, ExactMoment } from '../elements/moment.tsx';

const WORDS: Readonly<Record<TimelineStep['name'], string>> = {
  read: 'Extract, map, diff',
  publish: 'Publish',
  ingest: 'Ingest',
  commit: 'Commit',
};

const TONES: Readonly<Record<TimelineStep['state'], Tone>> = {
  done: 'good',
  current: 'work',
  failed: 'bad',
  not_reached: 'none',
};

const STATES: Readonly<Record<TimelineStep['state'], string>> = {
  done: 'done',
  current: 'here now',
  failed: 'failed here',
  not_reached: 'not reached',
};

interface Phases {
  readonly steps: readonly TimelineStep[];
  readonly now: string;
  /** True if the run has not ended and its process shows no signs of life. */
  readonly silent: boolean;
}

/** The phases in order, each with its duration and its share of the total. */
export function Timeline({ steps, now, silent }: Phases) {
  const whole = steps.reduce((total, step) => total + (step.duration_seconds ?? 0), 0);
  return (
    <ol class="timeline">
      {steps.map((step) => (
        <li
          key={step.name}
          class={`step ${silent && step.state === 'current' ? 'failed' : step.state}`}
          data-key={step.name}
        >
          <Shape tone={silent && step.state === 'current' ? 'bad' : TONES[step.state]} />
          <span class="phase">{WORDS[step.name]}</span>
          <span class="state">{silent && step.state === 'current' ? 'silent here' : STATES[step.state]}</span>
          <span class="figure">{durationText(step.duration_seconds)}</span>
          <Bar share={whole === 0 ? 0 : (step.duration_seconds ?? 0) / whole} />
          <span class="quiet when">
            <EnteredAt step={step} first={steps.find(({ entered_at: at }) => at !== null)} now={now} />
          </span>
        </li>
      ))}
    </ol>
  );
}

interface EnteredAt {
  readonly step: TimelineStep;
  /** The first step that has a time. */
  readonly first: TimelineStep | undefined;
  readonly now: string;
}

/** The first step shows the date; later steps of the same day show only the time. */
function EnteredAt({ step: { name, entered_at: at }, first, now }: EnteredAt) {
  const isSameDay = at !== null && first?.entered_at?.slice(0, 10) === at.slice(0, 10);
  return isSameDay && name !== first.name ? <ClockTime at={at} /> : <ExactMoment at={at} now={now} />;
}
