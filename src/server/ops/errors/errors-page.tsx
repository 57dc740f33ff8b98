import { ERROR_KINDS } from '../../../core/error-kinds.ts';
import { framed, type Viewer } from '../elements/frame.tsx';
import { ErrorMeaning } from './error-code.tsx';

/** `/ops/errors`: every error code with its meaning and fix, as in docs/errors.md. */
export function errorsPage(viewer: Viewer): string {
  return framed({
    title: 'Error codes',
    at: null,
    viewer,
    trail: [{ label: 'Error codes' }],
    children: (
      <section aria-labelledby="errors-title">
        <h1 id="errors-title">Error codes</h1>
        <p>A retry helps if the same command can succeed later without a change.</p>
        <div class="scroll" tabindex={0} role="region" aria-label="Error codes">
          <table class="cards">
            <caption class="unseen">Error codes</caption>
            <thead>
              <tr>
                <th scope="col">Code</th>
                <th scope="col">Meaning and fix</th>
                <th scope="col">Retry</th>
                <th scope="col" class="figure">
                  Exit status
                </th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(ERROR_KINDS).map(([code, { exit, retryable }]) => (
                <tr key={code} id={code}>
                  <th scope="row" class="id">
                    {code}
                  </th>
                  <td class="breaks">
                    <ErrorMeaning code={code} />
                  </td>
                  <td data-label="retry helps">{retryable ? 'yes' : 'no'}</td>
                  <td class="figure" data-label="exit status">
                    {exit}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    ),
  });
}
