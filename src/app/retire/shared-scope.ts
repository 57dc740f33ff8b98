import { existsSync, realpathSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { BridgeError, toBridgeError } from '../../core/errors.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import { textAt } from '../../definitions/draft.ts';
import { listConnectorFiles, readConnectorFile } from '../../definitions/files/definition-files.ts';
import { loadConnector } from '../../definitions/connector/load.ts';
import { readYaml } from '../../definitions/yaml/yaml.ts';
import { targetOf } from '../run/job.ts';

interface RetiredFile {
  /** The file of the connector, relative to `cwd`. */
  readonly path: string;
  readonly connector: Connector;
  readonly local: boolean;
}

/** The folder of all connectors, `CONNECTORS_DIR`, relative to `cwd`. */
interface Folder {
  readonly connectorsDir: string;
  readonly cwd: string;
}

/**
 * Requires that no other file of the folder defines this connector with this target. The ids of documents begin with the name of
 * their connector, so connectors of other names have other documents, even in the same data store. A file of this name that
 * cannot be read counts as sharing: what it defines is unknown.
 * @throws BridgeError RETIRE_SHARED_SCOPE
 */
export async function requireOwnScope(
  { path, connector, local }: RetiredFile,
  { connectorsDir, cwd }: Folder,
): Promise<void> {
  if (!existsSync(resolve(cwd, connectorsDir))) return;
  const { files, problems } = await listConnectorFiles([connectorsDir], cwd);
  const unlisted = problems.find(({ code }) => code !== 'no_files');
  if (unlisted !== undefined) throw refused(connector, connectorsDir, unlisted.message);
  const { name } = connector.metadata;
  const own = realPath(resolve(cwd, path));
  for (const file of files) {
    if (realPath(resolve(cwd, file)) === own || !(await mayDefine(file, name, cwd))) continue;
    const target = await targetIn(file, local, cwd);
    if (target.known === targetOf(connector.spec, local)) {
      throw refused(connector, file, `it defines a connector of the same name for the same target.`);
    }
    if (target.known === undefined) throw refused(connector, file, target.problem);
  }
}

/** A link without a target is reported as a file that cannot be read. */
function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

/** Whether a file defines a connector of this name. Of text that is not YAML, only the name of the file is known. */
async function mayDefine(file: string, name: string, cwd: string): Promise<boolean> {
  const content = await readConnectorFile(file, cwd);
  if ('problem' in content) return basename(file, extname(file)) === name;
  const { value } = readYaml(content.text);
  if (value === undefined) return basename(file, extname(file)) === name;
  const kind = textAt(value, 'kind') ?? 'Connector';
  return kind === 'Connector' && textAt(value, 'metadata.name') === name;
}

type Target = { readonly known: string } | { readonly known?: undefined; readonly problem: string };

async function targetIn(file: string, local: boolean, cwd: string): Promise<Target> {
  try {
    const { spec } = await loadConnector(resolve(cwd, file));
    return { known: targetOf(spec, local) };
  } catch (thrown) {
    return { problem: toBridgeError(thrown).message };
  }
}

function refused({ metadata: { name } }: Connector, file: string, reason: string): BridgeError {
  return new BridgeError(
    'RETIRE_SHARED_SCOPE',
    `The documents of ${name} cannot be deleted, because ${file} may have the same ones: ${reason}`,
    { hint: `Remove or correct ${file}, or give its connector another name, then run retire again.` },
  );
}
