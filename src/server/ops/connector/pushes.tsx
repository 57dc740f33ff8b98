import type { OpsConnectorDetail } from '../../../app/ops/model/connector-detail.ts';
import { countText } from '../elements/figures.ts';
import { Moment } from '../elements/moment.tsx';

/** The push URL and the newest pushes; renders nothing for a connector that takes no pushes. */
export function Pushes({ detail: { pushes, generated_at: now } }: { readonly detail: OpsConnectorDetail }) {
  if (pushes === null) return null;
  const { path, newest } = pushes;
  return (
    <section aria-labelledby="pushes-title">
      <h2 id="pushes-title">Pushes</h2>
      <p>
        Producers send to <code>POST {path}</code> on this server, with a key that has the right to push.
      </p>
      {newest.length === 0 ? (
        <p class="nothing">No push is remembered. Delivered pushes are forgotten after some time.</p>
      ) : (
        <div class="scroll" tabindex={0} role="region" aria-label="Newest pushes">
          <table>
            <caption class="unseen">Newest pushes, newest first</caption>
            <thead>
              <tr>
                <th scope="col">Push</th>
                <th scope="col">Received</th>
                <th scope="col" class="figure">
                  Accepted
                </th>
                <th scope="col" class="figure">
                  Refused
                </th>
                <th scope="col" class="figure">
                  Waiting
                </th>
                <th scope="col">Refused for</th>
              </tr>
            </thead>
            <tbody>
              {newest.map((push) => (
                <tr key={push.push_run_id} data-key={push.push_run_id}>
                  <th scope="row" class="id">
                    {push.push_run_id}
                  </th>
                  <td>
                    <Moment at={push.received_at} now={now} />
                  </td>
                  <td class="figure">{countText(push.accepted)}</td>
                  <td class={push.rejected > 0 ? 'figure loud' : 'figure'}>{countText(push.rejected)}</td>
                  <td class="figure">{countText(push.waiting)}</td>
                  <td class="breaks">{push.refused_for.join(', ')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
