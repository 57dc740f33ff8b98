import type { DocumentReport, NoReport } from '../../../app/ops/connector/document-lookup.ts';
import { connectorPath, documentPath } from '../elements/addresses.ts';
import { CloudName } from '../elements/cloud-name.tsx';
import { Command } from '../elements/command.tsx';
import { Facts } from '../elements/facts.tsx';
import { framed, type Viewer } from '../elements/frame.tsx';

interface DocumentField {
  readonly connectorId: string;
  readonly doc: string;
}

/** The field for the id of a document. A plain form: it works without JavaScript, and its URL can be shared. */
export function DocumentField({ connectorId, doc }: DocumentField) {
  return (
    <form class="filter" method="get" action={documentPath(connectorId)} aria-label="Look up a document">
      <label class="wide">
        Document
        <input
          name="doc"
          value={doc}
          placeholder={`4711 or ${connectorId}:4711`}
          required
          maxlength={2_048}
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <button type="submit">Look up</button>
    </form>
  );
}

interface Found extends DocumentField {
  readonly report: DocumentReport | NoReport;
  readonly viewer: Viewer;
}

/** `/ops/connectors/{id}/document`: whether a document is in the index, and why. It does not refresh, because it reads artifacts. */
export function documentPage({ connectorId, doc, report, viewer }: Found): string {
  return framed({
    title: `Document of ${connectorId}`,
    at: null,
    viewer,
    trail: [{ label: connectorId, href: connectorPath(connectorId) }, { label: 'Document' }],
    children: (
      <>
        <header class="head">
          <h1>
            Document of{' '}
            <a class="name" href={connectorPath(connectorId)}>
              {connectorId}
            </a>
          </h1>
          <DocumentField connectorId={connectorId} doc={doc} />
        </header>
        {'problem' in report ? <Problem {...report} /> : <Report {...report} />}
      </>
    ),
  });
}

function Problem({ problem, hint }: NoReport) {
  return (
    <section class="need tone-warn" aria-labelledby="report-title">
      <h2 id="report-title">{problem}</h2>
      <p class="fix">{hint}</p>
    </section>
  );
}

function Report({ headline, groups, advice }: DocumentReport) {
  return (
    <section aria-labelledby="report-title">
      <h2 id="report-title" class="name">
        {headline}
      </h2>
      {advice.map((line, index) =>
        line.startsWith('gemini-sync-bridge ') ? (
          <Command key={index} text={line} label="What to do next" />
        ) : (
          <p key={index}>{line}</p>
        ),
      )}
      {groups.map((rows, index) => (
        <Facts
          key={index}
          rows={rows.map(([label, value]) => [
            label,
            label === 'target' ? <CloudName key="target" name={value} /> : value,
          ])}
        />
      ))}
    </section>
  );
}
