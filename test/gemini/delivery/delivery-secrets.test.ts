import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { apiDocumentId } from '../../../src/gemini/delivery/document-id.ts';
import { toBridgeError } from '../../../src/core/errors.ts';
import type { ArtifactStore, Manifest } from '../../../src/pipeline/ports/ports.ts';
import {
  answer,
  proxyPage,
  quotaExceeded,
  unavailable,
  type Fault,
} from '../../stand-ins/discovery-engine/faults.ts';
import { DeliveryPlace, docIds, type PlaceOptions } from '../../support/pipeline/delivery-place.ts';
import { json, startServer, type TestServer } from '../../support/http/http-server.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const TOKEN = 'canary-token-4711';
const CONTENT = 'canary-content-4712';

const folders = temporaryFolders();
const outside = process.env;
let tokens: TestServer;

beforeEach(async () => {
  tokens = await startServer(
    json(200, {
      access_token: TOKEN,
      token_type: 'Bearer',
      expires_in: 3600,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    }),
  );
  const folder = folders.make();
  writeFileSync(join(folder, 'subject'), 'subject-token');
  const credentials = {
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${tokens.url}/token`,
    credential_source: { file: join(folder, 'subject') },
  };
  writeFileSync(join(folder, 'credentials.json'), JSON.stringify(credentials));
  process.env = {
    PATH: outside['PATH'],
    HOME: folder,
    GOOGLE_APPLICATION_CREDENTIALS: join(folder, 'credentials.json'),
  };
});
afterEach(async () => {
  process.env = outside;
  await tokens.close();
  folders.removeAll();
});

interface Ending {
  readonly options?: PlaceOptions;
  readonly faults?: readonly (readonly [path: string | RegExp, fault: Fault])[];
  readonly store?: (store: ArtifactStore, manifest: Manifest) => ArtifactStore;
}

const ODD = 'It is odd.';
const second: PlaceOptions = { rejectDocument: ({ id }) => (id === apiDocumentId('hr:2') ? ODD : undefined) };

/** Google, or a proxy, gives back what it got. */
const echo: Fault = {
  kind: 'answer',
  httpStatus: 400,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    error: { code: 400, status: 'INVALID_ARGUMENT', message: `You sent Bearer ${TOKEN}.` },
  }),
};

const ENDINGS: Readonly<Record<string, Ending>> = {
  'is taken': {},
  'is taken inline': { options: { inline: true } },
  'is rejected in part': { options: { ...second, errorForm: 'document' } },
  'is rejected in part inline': { options: { ...second, errorForm: 'anonymous', inline: true } },
  'proves nothing': { options: { ...second, errorForm: 'anonymous' } },
  'has failures that are written as the documents themselves': {
    options: second,
    store: (store, { files }) => ({ ...store, list: () => Promise.resolve(files.map(({ name }) => name)) }),
  },
  'is refused': { faults: [['documents:import', answer('INVALID_ARGUMENT')]] },
  'is refused with an echo': { faults: [['documents:import', echo]] },
  'is refused inline with an echo': { options: { inline: true }, faults: [['documents:import', echo]] },
  'is lost': { faults: [['documents:import', { kind: 'drop', effect: 'after' }]] },
  'is answered by a proxy': { faults: [['documents:import', proxyPage()]] },
  'has to wait': {
    faults: [
      ['documents:import', quotaExceeded('1')],
      [/operations\/./, unavailable()],
      ['documents:import', answer('ABORTED')],
    ],
  },
  'may not purge': {
    options: { permissions: { purge: false } },
    faults: [['hr__9', answer('INVALID_ARGUMENT')]],
  },
  'may do nothing': {
    options: { permissions: { import: false, purge: false, delete: false, operationsList: false } },
  },
};

test.each(Object.entries(ENDINGS))(
  'a delivery that %s lets neither its token nor a document appear in errors, logs and the journal',
  async (_, { options = {}, faults = [], store = (from) => from }) => {
    const here = await DeliveryPlace.open({ ...options, requireBearer: TOKEN, anonymous: false });
    try {
      for (const [path, how] of faults) here.google.engine.fail({ when: { path }, how });
      const manifest = await here.publish('R1', {
        upserts: docIds(3),
        deletes: docIds(2, 8),
        content: CONTENT,
      });
      const outcome: unknown = await here
        .deliver(manifest, { store: store(here.store, manifest) })
        .catch((thrown: unknown) => {
          const { code, message, hint, stack, cause } = toBridgeError(thrown);
          return { code, message, hint, stack, cause: String(cause) };
        });
      const journal = here.journal('R1');
      const traces = JSON.stringify([
        outcome,
        here.lines,
        await journal.steps(),
        await here.rejections('R1'),
        await journal.note('purge-refused'),
      ]);
      expect(traces).toContain('request answered');
      expect(traces).not.toContain('canary');
      // Both were there to be told.
      expect(here.google.engine.requests[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
      const [file] = manifest.files;
      const chunks: Uint8Array[] = [];
      for await (const chunk of await here.store.open(file?.name ?? '')) chunks.push(chunk);
      expect(Buffer.concat(chunks).toString()).toContain(CONTENT);
    } finally {
      await here.close();
    }
  },
);
