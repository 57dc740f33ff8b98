import { exactText, relativeText, UNKNOWN } from './figures.ts';

/** A time as people read it; the exact one is in the title and for machines. */
export function Moment({ at, now }: { readonly at: string | null; readonly now: string }) {
  if (at === null) return <span class="unknown">{UNKNOWN}</span>;
  return (
    <time datetime={at} title={exactText(at)}>
      {relativeText(at, now)}
    </time>
  );
}

/** `03:00:12 UTC`, where the day is said beside it. */
export function ClockTime({ at }: { readonly at: string }) {
  return (
    <time datetime={at} title={exactText(at)}>
      {exactText(at).slice(11)}
    </time>
  );
}

/** Both, where there is room. */
export function ExactMoment({ at, now }: { readonly at: string | null; readonly now: string }) {
  if (at === null) return <span class="unknown">{UNKNOWN}</span>;
  return (
    <time datetime={at}>
      {exactText(at)} <span class="quiet">({relativeText(at, now)})</span>
    </time>
  );
}
