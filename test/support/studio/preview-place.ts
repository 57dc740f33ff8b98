import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCatalog } from '../../../src/app/catalog/catalog.ts';
import { previewStarter } from '../../../src/app/studio/preview/start-preview.ts';
import { openPreviews, type PreviewSettings } from '../../../src/app/studio/preview/previews.ts';
import type { BoundSecret } from '../../../src/app/studio/preview/secret-bindings.ts';
import type { Actor } from '../../../src/core/access/actor.ts';
import type { AuditEvent } from '../../../src/core/access/audit-log.ts';
import { createLogger, jsonFormat } from '../../../src/core/log.ts';
import { systemClock } from '../../../src/core/time/clock.ts';

export const AUTHOR: Actor = {
  kind: 'key',
  id: 'author-1',
  name: 'Ada',
  right: 'author',
  address: '10.0.0.9',
  requestId: 'request-1',
};

interface PreviewPlace {
  readonly folder: string;
  /** The merged connectors, by file name. */
  readonly merged?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly managed?: Readonly<Record<string, BoundSecret>>;
  readonly settings?: Partial<PreviewSettings>;
  readonly secondsMax?: number;
  /** The address of the server's proxy for http. */
  readonly proxy?: string;
}

/** The previews of a server, with the real process; its audit log and its log are kept. */
export function previewPlace(place: PreviewPlace) {
  const { folder, merged = {}, variables = {}, managed = {}, settings = {}, secondsMax, proxy } = place;
  mkdirSync(join(folder, 'connectors'), { recursive: true });
  for (const [name, text] of Object.entries(merged)) writeFileSync(join(folder, 'connectors', name), text);
  const events: AuditEvent[] = [];
  const lines: string[] = [];
  const processVariables = { PATH: process.env['PATH'] ?? '' };
  const previews = openPreviews({
    settings: { allowedHosts: [], fileRoots: [], ...settings },
    catalog: openCatalog({ directory: 'connectors', policyFile: undefined, cwd: folder, clock: systemClock }),
    secrets: {
      managed: (ref) => Promise.resolve(managed[ref]),
      variable: (name) => variables[name],
    },
    proxy: { http: proxy, https: undefined, except: undefined },
    audit: {
      record: (event) => {
        events.push(event);
        return Promise.resolve();
      },
    },
    clock: systemClock,
    log: createLogger({
      write: (line) => lines.push(line),
      level: 'debug',
      format: jsonFormat,
      now: () => systemClock.now(),
      redact: (line) => line,
    }),
    databaseUrl: undefined,
    policyFile: undefined,
    cwd: folder,
    redact: (text) => text,
    startPreview: previewStarter({
      cwd: folder,
      variables: () => processVariables,
      ...(secondsMax !== undefined && { secondsMax }),
    }),
  });
  return { previews, events, lines };
}

interface DraftParts {
  readonly name?: string;
  readonly mode?: string;
  readonly source: string;
  readonly mapping?: string;
}

/** The text of a connector. */
export function draftText({ name = 'people', mode = 'sql_pull', source, mapping }: DraftParts): string {
  return `apiVersion: sync.gemini.io/v1alpha1
kind: Connector
metadata: { name: ${name} }
spec:
  mode: ${mode}
  source: ${source}
  mapping: ${mapping ?? "{ idField: id, titleField: title, contentTemplate: '{{ body }}' }"}
  output: { bucket: gs://company-gemini-sync, prefix: ${name}, format: ndjson }
  gemini: { projectId: my-project, location: global, dataStoreId: d }
  reconciliation: { deletePolicy: never_delete }
`;
}
