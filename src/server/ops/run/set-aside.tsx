import type { OpsRunDetail } from '../../../app/ops/model/run-detail.ts';
import type { OpsHeldDocuments, OpsQuarantinedRows } from '../../../app/ops/model/run-detail.ts';
import { CloudName } from '../elements/cloud-name.tsx';
import { countText } from '../elements/figures.ts';

/** The documents whose deletes are held; an operator uses this list to decide. */
export function HeldDocuments({ held }: { readonly held: OpsRunDetail['held_documents'] }) {
  if (held === null) return null;
  return (
    <section aria-labelledby="held-title">
      <h2 id="held-title">Documents whose deletes are withheld</h2>
      <Source listed={held} shown={held.doc_ids.length} />
      {held.doc_ids.length > 0 && (
        <ul class="ids" aria-label="Ids of documents">
          {held.doc_ids.map((id) => (
            <li key={id} data-key={id}>
              {id}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Quarantined rows, each with its reason. */
export function QuarantinedRows({ quarantined }: { readonly quarantined: OpsRunDetail['quarantined_rows'] }) {
  if (quarantined === null) return null;
  const { items } = quarantined;
  return (
    <section aria-labelledby="quarantined-title">
      <h2 id="quarantined-title">Quarantined rows</h2>
      <Source listed={quarantined} shown={items.length} />
      {items.length > 0 && (
        <>
          <p class="quiet">{codesText(quarantined)}</p>
          <div class="scroll" tabindex={0} role="region" aria-label="Quarantined rows">
            <table>
              <caption class="unseen">Quarantined rows, in the order of the listing</caption>
              <thead>
                <tr>
                  <th scope="col">Document</th>
                  <th scope="col">Row</th>
                  <th scope="col">Reason</th>
                </tr>
              </thead>
              <tbody>
                {items.map(({ row, place, doc_id: id, code, reason }, index) => (
                  <tr key={index}>
                    <th scope="row" class="id">
                      {id ?? <span class="unknown">id not known</span>}
                    </th>
                    <td>{[place, row === null ? '' : `row ${countText(row)}`].filter(Boolean).join(', ')}</td>
                    <td class="breaks">
                      <code class="code">{code}</code> {reason}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}

interface Source {
  readonly listed: Pick<OpsHeldDocuments | OpsQuarantinedRows, 'uri' | 'total' | 'problem'>;
  readonly shown: number;
}

/** Where the list comes from and how much of it is shown, or why it cannot be read. */
function Source({ listed: { uri, total, problem }, shown }: Source) {
  if (problem !== null) {
    return (
      <p class="nothing">
        The server cannot read <CloudName name={uri} />. {problem} Read that file where you have access to the
        bucket, or give the server the permission to read it.
      </p>
    );
  }
  return (
    <p class="quiet">
      {shown < total ? `The first ${countText(shown)} of ${countText(total)}, from ` : 'From '}
      <CloudName name={uri} />
    </p>
  );
}

/** `ACL_EMPTY 12, NUL_CHARACTER 3`: the codes of the listed rows, with counts. */
function codesText({ items, total }: OpsQuarantinedRows): string {
  const counts = new Map<string, number>();
  for (const { code } of items) counts.set(code, (counts.get(code) ?? 0) + 1);
  const texts = [...counts]
    .sort(([, left], [, right]) => right - left)
    .map(([code, count]) => `${code} ${countText(count)}`);
  return `${items.length < total ? 'Of these: ' : ''}${texts.join(', ')}`;
}
