import type { CatalogDetail } from '../../../app/studio/catalog/studio-catalog.ts';
import type { Problem } from '../../../definitions/problem.ts';
import type { Flash } from '../../http/flash.ts';
import { connectorPath as opsPath, runPath } from '../../ops/elements/addresses.ts';
import { Facts } from '../../ops/elements/facts.tsx';
import { countText } from '../../ops/elements/figures.ts';
import type { Viewer } from '../elements/viewer.ts';
import { ExactMoment } from '../../ops/elements/moment.tsx';
import { studioFrame } from '../elements/frame.tsx';
import { CATALOG_PATH, connectorPath } from '../paths.ts';
import { Schedule } from './catalog-table.tsx';
import { ACTION_LABELS, actionsOf } from './connector-actions.ts';
import { StateMark } from './state-mark.tsx';

interface ConnectorPage {
  readonly detail: CatalogDetail;
  readonly viewer: Viewer;
  readonly flash: Flash | undefined;
}

/** One connector as its file defines it; read-only. */
export function connectorPage({ detail, viewer, flash }: ConnectorPage): string {
  const { id, description, problems, yaml, explained } = detail;
  return studioFrame({
    title: id,
    part: 'connectors',
    trail: [{ label: 'Connectors', href: CATALOG_PATH }, { label: id }],
    viewer,
    flash,
    children: (
      <>
        <section aria-labelledby="connector-title">
          <h1 id="connector-title">{id}</h1>
          {description !== null && <p>{description}</p>}
          <ConnectorFacts detail={detail} />
          <Actions detail={detail} viewer={viewer} />
        </section>
        {problems.length > 0 && <Problems problems={problems} />}
        <section aria-labelledby="yaml">
          <h2 id="yaml" tabindex={-1}>
            File
          </h2>
          <Lines text={yaml} problems={problems} label={`File of ${id}`} />
        </section>
        {explained !== null && (
          <section aria-labelledby="explained">
            <h2 id="explained">With its preset filled in</h2>
            <Lines text={explained} problems={[]} label={`Settings of ${id}`} />
          </section>
        )}
      </>
    ),
  });
}

function ConnectorFacts({ detail }: { readonly detail: CatalogDetail }) {
  const { state, file, mode, sourceType, lastRun, documents, target, paused, nextDueAt, generatedAt } =
    detail;
  return (
    <Facts
      rows={[
        ['State', <StateMark key="state" state={state} />],
        ['Paused', paused ? 'yes: the schedule starts no runs' : 'no'],
        ['File', <code key="file">{file}</code>],
        ['Source', [mode, sourceType].filter(Boolean).join(', ')],
        ['Schedule', <Schedule key="schedule" entry={detail} />],
        [
          'Next run',
          paused ? 'paused' : nextDueAt && <ExactMoment key="n" at={nextDueAt} now={generatedAt} />,
        ],
        [
          'Last run',
          lastRun && (
            <a key="run" href={runPath(lastRun.run_id)}>
              <ExactMoment at={lastRun.started_at} now={generatedAt} />
            </a>
          ),
        ],
        ['Documents', countText(documents)],
        ['Data store', target && <code key="target">{target}</code>],
      ]}
    />
  );
}

function Actions({ detail, viewer }: Pick<ConnectorPage, 'detail' | 'viewer'>) {
  const { id } = detail;
  return (
    <div class="actions">
      {actionsOf(detail, viewer).map((action) => (
        <a
          key={action}
          class={action === 'edit' ? 'button primary' : 'button'}
          href={connectorPath(id, action)}
        >
          {action === 'run' ? 'Run now' : ACTION_LABELS[action]}
        </a>
      ))}
      <a href={opsPath(id)}>History of runs</a>
    </div>
  );
}

function Problems({ problems }: { readonly problems: readonly Problem[] }) {
  return (
    <section class="need tone-bad" aria-labelledby="problems">
      <h2 id="problems">
        {countText(problems.length)} {problems.length === 1 ? 'problem' : 'problems'}
      </h2>
      <ul class="problems">
        {problems.map(({ place, subject, message, fix }) => (
          <li key={`${place.line} ${subject} ${message}`}>
            <p>
              {place.line !== undefined && (
                <>
                  <a href={`#line-${place.line}`}>line {place.line}</a>:{' '}
                </>
              )}
              {subject !== '' && !message.includes(subject) && <code>{subject}: </code>}
              {message}
            </p>
            <p class="fix">Write: {fix}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface LinesProps {
  readonly text: string;
  readonly problems: readonly Problem[];
  readonly label: string;
}

/** A text with the numbers of its lines; lines with a problem are marked and can be linked to. */
function Lines({ text, problems, label }: LinesProps) {
  const marked = new Set(problems.map(({ place }) => place.line));
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const isFile = problems.length > 0;
  return (
    <div class="scroll" tabindex={0} role="region" aria-label={label}>
      <ol class="yaml">
        {lines.map((line, index) => {
          const isMarked = marked.has(index + 1);
          return (
            <li
              key={index}
              id={isFile && isMarked ? `line-${index + 1}` : undefined}
              class={isMarked ? 'marked' : undefined}
            >
              <code>{line}</code>
              {isMarked && <span class="unseen"> (this line has a problem)</span>}
            </li>
          );
        })}
      </ol>
    </div>
  );
}
