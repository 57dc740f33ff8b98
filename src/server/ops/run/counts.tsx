import type { OpsRun } from '../../../app/ops/model/run.ts';
import { countText } from '../elements/figures.ts';

type Counts = NonNullable<OpsRun['counts']>;

/** The categories that the rows and documents of a run are counted in; the list is complete. */
const KINDS = [
  ['unchanged', 'unchanged'],
  ['added', 'added'],
  ['changed', 'changed'],
  ['deleted', 'deleted'],
  ['held', 'deletes held'],
  ['quarantined', 'rows quarantined'],
  ['rejected', 'rejected by the index'],
] as const satisfies readonly (readonly [keyof Counts, string])[];

type Words = Readonly<Record<(typeof KINDS)[number][0], string>>;

/** The same categories in the words of the other kinds. */
const OTHER_WORDS: Readonly<Record<Exclude<OpsRun['kind'], 'connector'>, Words>> = {
  knowledge_source: {
    unchanged: 'chunks known',
    added: 'chunks added',
    changed: 'chunks changed',
    deleted: 'chunks deleted',
    held: 'deletes held',
    quarantined: 'items unusable',
    rejected: 'texts set aside',
  },
  app: {
    unchanged: 'unchanged',
    added: 'created',
    changed: 'updated',
    deleted: 'deleted',
    held: 'deletes held',
    quarantined: 'errors',
    rejected: 'rejected',
  },
};

const WIDTH = 1_000;

/** A bar that shows the outcome of the rows, and the same figures as text. */
export function Counts({ counts, kind }: { readonly counts: Counts; readonly kind: OpsRun['kind'] }) {
  const words = kind === 'connector' ? undefined : OTHER_WORDS[kind];
  const total = KINDS.reduce((sum, [kind]) => sum + counts[kind], 0);
  let left = 0;
  const bars = KINDS.map(([kind]) => {
    const value = counts[kind];
    // A handful of rows among a million must still be visible.
    const width = value === 0 ? 0 : Math.max(6, (value / total) * WIDTH);
    const bar = { kind, x: left, width };
    left += width;
    return bar;
  });
  return (
    <>
      <svg
        class="shares"
        viewBox={`0 0 ${Math.max(WIDTH, left)} 10`}
        preserveAspectRatio="none"
        aria-hidden="true"
        focusable="false"
      >
        <rect class="track" width={Math.max(WIDTH, left)} height="10" />
        {bars.map(({ kind, x, width }) => (
          <rect key={kind} class={`kind-${kind}`} x={x} width={width} height="10" />
        ))}
      </svg>
      <dl class="counts">
        <div>
          <dt>seen</dt>
          <dd>{countText(counts.seen)}</dd>
        </div>
        {KINDS.map(([category, word]) => (
          <div key={category} class={counts[category] === 0 ? 'zero' : undefined}>
            <dt>
              <svg
                class="swatch"
                viewBox="0 0 10 10"
                width="10"
                height="10"
                aria-hidden="true"
                focusable="false"
              >
                <rect class={`kind-${category}`} width="10" height="10" rx="2" />
              </svg>
              {words?.[category] ?? word}
            </dt>
            <dd>{countText(counts[category])}</dd>
          </div>
        ))}
      </dl>
      {counts.resent !== undefined && (
        <p class="quiet">
          The run sent every document again: {countText(counts.resent)} of the unchanged ones.
        </p>
      )}
      <Lacking counts={counts} />
      {kind === 'connector' && counts.missing === null && (
        <p class="quiet">A delta query lists what changed, so which documents are gone is not known.</p>
      )}
    </>
  );
}

/** Lists the quality defects of documents that were sent successfully; readers of the index see these defects. */
function Lacking({ counts: { untitled = 0, empty = 0, unlinked = 0 } }: { readonly counts: Counts }) {
  const lacks = [
    [untitled, 'with an empty title'],
    [empty, 'with empty content'],
    [unlinked, 'without a link'],
  ] as const;
  const texts = lacks.filter(([count]) => count > 0).map(([count, what]) => `${countText(count)} ${what}`);
  return texts.length === 0 ? null : <p>Data quality: of the documents sent, {texts.join(', ')}.</p>;
}
