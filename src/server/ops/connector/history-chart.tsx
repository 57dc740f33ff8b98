import type { OpsRun } from '../../../app/ops/model/run.ts';
import { countText, durationText, exactText } from '../elements/figures.ts';
import { meaningOfRun, type Tone } from '../elements/mark.tsx';
import { sentOf } from '../overview/runs-table.tsx';

const WIDTH = 720;
const LEFT = 104;
const STATUS_Y = 14;
const PANEL = 64;
const GAP = 26;
const PANELS = [
  { name: 'Duration', top: 28 },
  { name: 'Documents sent', top: 28 + PANEL + GAP },
] as const;
const HEIGHT = 28 + PANEL + GAP + PANEL + 22;
const SLOT_MAX = 24;
/** Fewer bars show no trend, and the table has the figures. */
export const CHART_RUNS_MIN = 3;

/**
 * A chart of the runs of a connector from left to right, oldest first: a mark for the status, a bar for the duration and a
 * bar for the documents sent. The table below it contains the same information as text.
 */
export function HistoryChart({
  history,
  name,
}: {
  readonly history: readonly OpsRun[];
  readonly name: string;
}) {
  const runs = history.toReversed();
  const oldest = runs.at(0);
  const newest = runs.at(-1);
  if (oldest === undefined || newest === undefined || runs.length < CHART_RUNS_MIN) return null;
  const slot = Math.min(SLOT_MAX, (WIDTH - LEFT) / runs.length);
  const longest = Math.max(...runs.map(({ duration_seconds: seconds }) => seconds), 0.1);
  const most = Math.max(...runs.map((run) => sentOf(run) ?? 0));
  const failed = runs.filter(({ status }) => status === 'FAILED').length;
  return (
    <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby="chart-title chart-desc">
      <title id="chart-title">
        The last {runs.length} runs of {name}
      </title>
      <desc id="chart-desc">
        From {exactText(oldest.started_at)} to {exactText(newest.started_at)}. {failed} failed. The longest
        took {durationText(longest)}, the largest sent {countText(most)} documents. The table below has each
        of them.
      </desc>
      <text class="axis" x="0" y={STATUS_Y + 4}>
        Status
      </text>
      <Axis panel={0} top={`up to ${durationText(longest)}`} />
      <Axis panel={1} top={most === 0 ? 'none' : `up to ${countText(most)}`} />
      {runs.map((run, index) => {
        const x = LEFT + index * slot;
        const { tone, word } = meaningOfRun(run);
        return (
          <g key={run.run_id} class={`tone-${tone}`}>
            <title>
              {`${exactText(run.started_at)}: ${word}, ${durationText(run.duration_seconds)}, ${countText(sentOf(run))} sent`}
            </title>
            <path
              class={MARKS[tone].drawn}
              d={MARKS[tone].path(x + slot / 2, STATUS_Y, Math.min(5, slot * 0.4))}
            />
            <Rod panel={0} x={x} width={slot} share={run.duration_seconds / longest} />
            <Rod panel={1} x={x} width={slot} share={(sentOf(run) ?? 0) / Math.max(most, 1)} />
          </g>
        );
      })}
      <text class="axis" x={LEFT} y={HEIGHT - 4}>
        {oldest.started_at.slice(5, 16).replace('T', ' ')}
      </text>
      <text class="axis" x={Math.max(LEFT + 220, LEFT + runs.length * slot)} y={HEIGHT - 4} text-anchor="end">
        {newest.started_at.slice(5, 16).replace('T', ' ')} UTC
      </text>
    </svg>
  );
}

function Axis({ panel, top }: { readonly panel: 0 | 1; readonly top: string }) {
  const { name, top: y } = PANELS[panel];
  return (
    <>
      <text class="axis" x="0" y={y + 10}>
        {name}
      </text>
      <text class="axis strong" x="0" y={y + 26}>
        {top}
      </text>
      <path class="base" d={`M${LEFT} ${y + PANEL + 0.5}H${WIDTH}`} />
    </>
  );
}

function Rod({ panel, x, width, share }: { panel: 0 | 1; x: number; width: number; share: number }) {
  if (share <= 0) return null;
  const height = Math.max(1.5, share * PANEL);
  const y = PANELS[panel].top + PANEL - height;
  return <rect class="rod" x={x + width * 0.12} y={y} width={width * 0.76} height={height} />;
}

interface Sign {
  readonly drawn: 'fill' | 'line';
  readonly path: (x: number, y: number, r: number) => string;
}

const disc = (x: number, y: number, r: number) =>
  `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;

/** The shapes of the marks, without their inner details, because the marks are too small for them. */
const MARKS: Readonly<Record<Tone, Sign>> = {
  bad: { drawn: 'fill', path: (x, y, r) => `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}z` },
  warn: { drawn: 'fill', path: (x, y, r) => `M${x} ${y - r}l${r} ${2 * r}h${-2 * r}z` },
  part: { drawn: 'fill', path: (x, y, r) => `M${x} ${y - r}l${r} ${r}l${-r} ${r}l${-r} ${-r}z` },
  work: { drawn: 'line', path: (x, y, r) => `M${x} ${y - r}a${r} ${r} 0 0 1 0 ${2 * r}` },
  good: { drawn: 'fill', path: (x, y, r) => disc(x, y, r * 0.7) },
  none: { drawn: 'line', path: (x, y, r) => disc(x, y, r * 0.7) },
};
