import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fixCommands, fixScript } from '../../../../src/app/doctor/fix/fix-commands.ts';
import type { Remedy, SeenCaller } from '../../../../src/app/doctor/fix/remedy.ts';
import { ok, warn, withRemedy, type DoctorFinding } from '../../../../src/app/doctor/finding.ts';
import type { Connector } from '../../../../src/definitions/connector/types.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';
import { connectorSpec } from '../../../support/pipeline/connector-spec.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

const REMEDIES: readonly Remedy[] = [
  { kind: 'enable_api' },
  { kind: 'create_bucket' },
  { kind: 'grant_bucket', member: 'serviceAccount:agent@example.com' },
  { kind: 'create_data_store' },
  { kind: 'replace_data_store' },
  { kind: 'grant_role' },
];
const CALLER: SeenCaller = { account: 'sync@my-project.iam.gserviceaccount.com', quotaProject: undefined };

interface Names {
  readonly bucket?: string;
  readonly projectId?: string;
  readonly dataStoreId?: string;
  readonly name?: string;
}

function connectorWith({ bucket = 'gs://company-sync', name = 'people', ...gemini }: Names = {}): Connector {
  const spec = connectorSpec({ gemini });
  const output = { ...spec.output, bucket };
  return {
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'Connector',
    metadata: { name },
    spec: { ...spec, output },
  };
}

const found = (remedies = REMEDIES, message = 'It is missing.'): DoctorFinding[] =>
  remedies.map((remedy) => withRemedy(warn('bucket', message, 'Fix it.'), remedy));

function scriptOf(connector: Connector, findings = found(), caller: SeenCaller | null = CALLER): string {
  return fixScript(fixCommands(findings, connector, caller ?? undefined), connector.metadata.name);
}

/** Runs a script with programs of these names that only write down their arguments. */
function run(script: string): { readonly calls: string[][]; readonly folder: string } {
  const folder = folders.make();
  const programs = join(folder, 'bin');
  mkdirSync(programs);
  const log = join(folder, 'calls');
  for (const name of ['gcloud', 'curl']) {
    const record = `for word in "${name}" "$@"; do printf '%s\\0' "$word"; done >> '${log}'; printf '\\1' >> '${log}'\n`;
    // What is described is not there, so that what would create it runs too.
    const missing = 'case "$*" in *describe*|*/dev/null*) exit 1;; *print-access-token*) echo TOKEN;; esac\n';
    writeFileSync(join(programs, name), `#!/bin/sh\n${record}${missing}`, { mode: 0o755 });
  }
  execFileSync('/bin/sh', ['-s'], { cwd: folder, input: script, env: { PATH: programs }, stdio: 'pipe' });
  const calls = existsSync(log) ? readFileSync(log, 'utf8').split('\u0001') : [];
  return { calls: calls.filter(Boolean).map((call) => call.split('\0').slice(0, -1)), folder };
}

describe('the commands that fix what doctor found', () => {
  test('are none if nothing is missing', () => {
    expect(scriptOf(connectorWith(), [ok('bucket', 'It is there.')])).toBe('');
  });

  test('have the names of the connector, and create nothing that exists', () => {
    const script = scriptOf(connectorWith());
    execFileSync('/bin/sh', ['-n'], { input: script });
    expect(script).toContain('gcloud services enable discoveryengine.googleapis.com --project=my-project');
    expect(script).toContain(
      'buckets describe gs://company-sync --format=none 2>/dev/null ||\n  gcloud storage',
    );
    expect(script).toContain('--uniform-bucket-level-access');
    expect(script).toContain('--member=serviceAccount:sync@my-project.iam.gserviceaccount.com');
    const { calls } = run(script);
    const posts = calls.filter((call) => call.includes('POST'));
    expect(posts).toHaveLength(2);
    const [post = []] = posts;
    expect(post).toContain('Authorization: Bearer TOKEN');
    expect(JSON.parse(post[post.indexOf('-d') + 1] ?? '')).toMatchObject({
      aclEnabled: false,
      contentConfig: 'NO_CONTENT',
    });
  });

  test('ask for the caller when it is not known, and do nothing without it', () => {
    const script = scriptOf(connectorWith(), found([{ kind: 'grant_role' }]), null);
    expect(script).toContain('--member="$CALLER"');
    expect(() => run(script)).toThrow(/Set CALLER to the identity/);
  });

  test('quote names and messages, so that the shell never executes them', () => {
    const hostile = fc
      .array(
        fc.constantFrom(
          'a',
          ' ',
          "'",
          '"',
          '\\',
          '$(touch pwned)',
          '`touch pwned`',
          ';touch pwned;',
          '\n',
          '\r',
          '&',
          '|',
          '-',
          '#',
          '!',
          '*',
        ),
        { minLength: 1 },
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (bucket, projectId, name, message) => {
        const connector = connectorWith({ bucket: `gs://${bucket}`, projectId, name, dataStoreId: name });
        const caller = { account: message, quotaProject: projectId };
        const { calls, folder } = run(scriptOf(connector, found(REMEDIES, message), caller));
        expect(existsSync(join(folder, 'pwned'))).toBe(false);
        expect(calls).toContainEqual([
          'gcloud',
          'services',
          'enable',
          'discoveryengine.googleapis.com',
          `--project=${projectId}`,
        ]);
        expect(calls).toContainEqual(
          expect.arrayContaining(['create', `gs://${bucket}`, `--project=${projectId}`]),
        );
      }),
      { numRuns: 10 },
    );
  });
});
