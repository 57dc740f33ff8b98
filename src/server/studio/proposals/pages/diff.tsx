import { printable } from '../../../../core/text/printable.ts';
import { changeCounts, hunksOf, type Hunk } from '../../../../app/studio/changes/shown-diff.ts';
import { DIFF_LINES_SHOWN_MAX } from '../../../limits.ts';

interface ShownFile {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** The changed lines of files. Every line starts with a plus or a minus, so that colour is not needed to read it. */
export function Diff({ files, about }: { readonly files: readonly ShownFile[]; readonly about?: string }) {
  let left = DIFF_LINES_SHOWN_MAX;
  return (
    <>
      {files.map((file) => {
        const { added, removed } = changeCounts(file);
        const hunks = hunksOf(file);
        const shown = withinLimit(hunks, left);
        left -= shown.reduce((sum, { lines }) => sum + lines.length, 0);
        return (
          <section
            class="changed-file"
            key={file.path}
            aria-label={about === undefined ? file.path : `${file.path}, ${about}`}
          >
            <h3>
              <code>{file.path}</code> <span class="quiet">{stateText(file)}</span>{' '}
              <span class="quiet">
                +{added} −{removed}
              </span>
            </h3>
            <pre class="diff" tabindex={0}>
              {shown.map((hunk) => (
                <HunkLines key={`${hunk.beforeLine} ${hunk.afterLine}`} hunk={hunk} />
              ))}
            </pre>
            {shown.length < hunks.length && (
              <p class="quiet">The diff is too long to show all of it here. The patch has all lines.</p>
            )}
          </section>
        );
      })}
    </>
  );
}

function stateText({ before, after }: ShownFile): string {
  if (before === null) return 'new';
  return after === null ? 'deleted' : 'changed';
}

function withinLimit(hunks: readonly Hunk[], left: number): readonly Hunk[] {
  let rest = left;
  return hunks.filter(({ lines }) => {
    rest -= lines.length;
    return rest >= 0;
  });
}

const MARKS = { same: ' ', removed: '-', added: '+' } as const;

function HunkLines({ hunk: { beforeLine, afterLine, lines } }: { readonly hunk: Hunk }) {
  return (
    <>
      <span class="hunk">{`@@ -${beforeLine} +${afterLine} @@\n`}</span>
      {lines.map(({ kind, text }, index) => {
        const line = `${MARKS[kind]}${printable(text.replace(/\r?\n$/, ''))}\n`;
        if (kind === 'added') return <ins key={index}>{line}</ins>;
        return kind === 'removed' ? <del key={index}>{line}</del> : line;
      })}
    </>
  );
}
