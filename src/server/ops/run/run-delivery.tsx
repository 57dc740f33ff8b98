import type { OpsOperation, OpsRunDetail } from '../../../app/ops/model/run-detail.ts';
import { foundDocumentPath } from '../elements/addresses.ts';
import { CloudName } from '../elements/cloud-name.tsx';
import { countText, UNKNOWN } from '../elements/figures.ts';
import { Moment } from '../elements/moment.tsx';

/** The requests that were sent to the destination, and the documents that it rejected. */
export function Delivery({ detail }: { readonly detail: OpsRunDetail }) {
  const { operations, generated_at: now } = detail;
  return (
    <>
      {operations.length > 0 && (
        <section aria-labelledby="operations-title">
          <h2 id="operations-title">Requests to the index</h2>
          <div class="scroll" tabindex={0} role="region" aria-label="Requests to the index">
            <table>
              <caption class="unseen">Requests to the index, in order</caption>
              <thead>
                <tr>
                  <th scope="col">Step</th>
                  <th scope="col">State</th>
                  <th scope="col">Asked</th>
                  <th scope="col">Operation and what came of it</th>
                </tr>
              </thead>
              <tbody>
                {operations.map((operation) => (
                  <OperationRow key={operation.name} operation={operation} now={now} />
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      <Rejected detail={detail} />
    </>
  );
}

function OperationRow({ operation, now }: { readonly operation: OpsOperation; readonly now: string }) {
  const details = Object.entries(operation.detail).filter(([, value]) => value !== null && value !== '');
  return (
    <tr data-key={operation.name}>
      <th scope="row">{operation.name}</th>
      <td>{operation.state}</td>
      <td>
        <Moment at={operation.asked_at} now={now} />
      </td>
      <td class="breaks">
        {operation.operation === null ? <code>{UNKNOWN}</code> : <CloudName name={operation.operation} />}
        {details.length > 0 && (
          <span class="quiet"> {details.map(([name, value]) => `${name} ${String(value)}`).join(' · ')}</span>
        )}
      </td>
    </tr>
  );
}

function Rejected({ detail }: { readonly detail: OpsRunDetail }) {
  const { rejected_documents: documents, run } = detail;
  const count = run.counts?.rejected ?? documents.length;
  if (count === 0) return null;
  return (
    <section aria-labelledby="rejected-title">
      <h2 id="rejected-title">Documents that the index refused</h2>
      {documents.length < count && (
        <p class="quiet">
          {documents.length === 0
            ? 'A later run has sent them again, and their reasons are forgotten.'
            : `The first ${documents.length} of ${countText(count)}.`}
        </p>
      )}
      {documents.length > 0 && (
        <div class="scroll" tabindex={0} role="region" aria-label="Documents that the index refused">
          <table>
            <caption class="unseen">Documents that the index refused, by id</caption>
            <thead>
              <tr>
                <th scope="col">Document</th>
                <th scope="col">Reason</th>
                <th scope="col">In the index</th>
              </tr>
            </thead>
            <tbody>
              {documents.map(({ doc_id: id, reason, outcome }) => (
                <tr key={id} data-key={id}>
                  <th scope="row" class="id">
                    <a href={foundDocumentPath(run.connector_id, id)}>{id}</a>
                  </th>
                  <td class="breaks">{reason}</td>
                  <td>{outcome === 'refused' ? 'as before' : 'not known'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
