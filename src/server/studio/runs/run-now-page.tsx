import type { Connector } from '../../../definitions/connector/types.ts';
import { FormToken } from '../../http/pages/form-token.tsx';
import { Facts } from '../../ops/elements/facts.tsx';
import type { Viewer } from '../elements/viewer.ts';
import { studioFrame } from '../elements/frame.tsx';
import { CATALOG_PATH, catalogPath, connectorPath } from '../paths.ts';

interface RunNowPage {
  readonly file: string;
  readonly connector: Connector;
  readonly formToken: string | undefined;
  readonly viewer: Viewer;
}

/** Shows what a run will do, and asks before it starts. */
export function runNowPage({ file, connector, formToken, viewer }: RunNowPage): string {
  const { metadata, spec } = connector;
  const { name } = metadata;
  const { gemini } = spec;
  return studioFrame({
    title: `Run ${name}`,
    part: 'connectors',
    trail: [
      { label: 'Connectors', href: CATALOG_PATH },
      { label: name, href: catalogPath(name) },
      { label: 'Run' },
    ],
    viewer,
    children: (
      <section aria-labelledby="run-title">
        <h1 id="run-title">Run {name} now</h1>
        <p>
          The server starts one run with the current file of this connector. If another run of this connector
          is in progress, the new run ends and changes nothing.
        </p>
        {spec.paused === true && (
          <p>The connector is paused: its schedule starts no runs. This run starts nevertheless.</p>
        )}
        <Facts
          rows={[
            ['File', <code key="file">{file}</code>],
            ['Source', `${spec.mode}, ${spec.source.type}`],
            ['Data store', `${gemini.projectId} / ${gemini.location} / ${gemini.dataStoreId}`],
            ['Delete policy', spec.reconciliation.deletePolicy],
          ]}
        />
        <form method="post" action={connectorPath(name, 'run')}>
          <FormToken value={formToken} />
          <p>
            <label class="check">
              <input type="checkbox" name="dry_run" value="yes" />
              <span>Dry run: count the changes, and write and send nothing</span>
            </label>
          </p>
          <p>
            <label class="check">
              <input type="checkbox" name="full" value="yes" />
              <span>Full run: read the whole source again, not only what changed since the last run</span>
            </label>
          </p>
          <div class="actions">
            <button type="submit" class="primary">
              Run {name}
            </button>
            <a class="button" href={catalogPath(name)}>
              Cancel
            </a>
          </div>
        </form>
      </section>
    ),
  });
}
