import type { OpsConnectorDetail, OpsRefusedPushes } from '../../../app/ops/model/connector-detail.ts';
import { Command } from '../elements/command.tsx';
import { countText, UNKNOWN } from '../elements/figures.ts';
import { Moment } from '../elements/moment.tsx';

/** The push URL and the newest pushes; renders nothing for a connector that takes no pushes. */
export function Pushes({ detail: { pushes, generated_at: now } }: { readonly detail: OpsConnectorDetail }) {
  if (pushes === null) return null;
  const { path, url, newest, refused } = pushes;
  return (
    <section aria-labelledby="pushes-title">
      <h2 id="pushes-title">Pushes</h2>
      <p>Producers send POST requests to this address, with a key that has the right to push:</p>
      <Command text={url ?? path} label="Address for pushes" />
      <p class="quiet">
        {url === null
          ? 'It is a path on this server.'
          : 'Its host is that of PUBLIC_URL, or else the one under which this page was opened.'}
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
                <th scope="col">Key</th>
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
                  <td class="breaks">{push.pushed_by ?? <span class="unknown">{UNKNOWN}</span>}</td>
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
      {refused.length > 0 && <RefusedPushes refused={refused} now={now} />}
    </section>
  );
}

interface Refused {
  readonly refused: readonly OpsRefusedPushes[];
  readonly now: string;
}

/** Pushes that were answered 422: they have no id, because nothing of them was stored. */
function RefusedPushes({ refused, now }: Refused) {
  return (
    <>
      <h3 id="refused-title">Pushes that were refused as a whole</h3>
      <p>
        Every event of these pushes was refused, so none of it reaches the index until the producer corrects
        it and pushes it again.
      </p>
      <div class="scroll" tabindex={0} role="region" aria-labelledby="refused-title">
        <table>
          <caption class="unseen">Refused pushes by key and reason, newest first</caption>
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">Reason</th>
              <th scope="col" class="figure">
                Pushes
              </th>
              <th scope="col" class="figure">
                Events
              </th>
              <th scope="col">First</th>
              <th scope="col">Last</th>
            </tr>
          </thead>
          <tbody>
            {refused.map(
              ({ pushed_by: key, code, reason, pushes, events, first_at: first, last_at: last }) => (
                <tr key={`${key} ${code}`} data-key={`${key} ${code}`}>
                  <th scope="row" class="breaks">
                    {key}
                  </th>
                  <td class="breaks">
                    <code class="code">{code}</code> {reason}
                  </td>
                  <td class="figure loud">{countText(pushes)}</td>
                  <td class="figure">{countText(events)}</td>
                  <td>
                    <Moment at={first} now={now} />
                  </td>
                  <td>
                    <Moment at={last} now={now} />
                  </td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      </div>
    </>
  );
}
