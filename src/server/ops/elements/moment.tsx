import { exactText, relativeText, UNKNOWN } from './figures.ts';

/** A relative time for people; the exact time is in the title and in the machine-readable attribute. */
export function Moment({ at, now }: { readonly at: string | null; readonly now: string }) {
  if (at === null) return <span class="unknown">{UNKNOWN}</span>;
  return (
    <time datetime={at} title={exactText(at)}>
      {relativeText(at, now)}
    </time>
  );
}

/** `03:00:12 UTC`, for places that show the day separately. */
export function ClockTime({ at }: { readonly at: string }) {
  return (
    <time datetime={at} title={exactText(at)}>
      {exactText(at).slice(11)}
    </time>
  );
}

/** Shows both the exact and the relative time, for places with enough room. */
export function ExactMoment({ at, now }: { readonly at: string | null; readonly now: string }) {
  if (at === null) return <span class="unknown">{UNKNOWN}</span>;
  return (
    <time datetime={at}>
      {exactText(at)} <span class="quiet">({relativeText(at, now)})</span>
    </time>
  );
}

interface Scheduled {
  readonly paused: boolean;
  readonly freshness: { readonly next_due_at: string | null };
}

/** When the next run is due by the schedule, or that the schedule is paused. */
export function NextDue({
  of: { paused, freshness },
  now,
}: {
  readonly of: Scheduled;
  readonly now: string;
}) {
  return paused ? <span class="quiet">paused</span> : <Moment at={freshness.next_due_at} now={now} />;
}
