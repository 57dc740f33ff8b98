import { afterAll, describe, expect, test } from '@jest/globals';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { runHere } from '../../support/processes/run-here.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

/** The lines of `doctor` about settings. The endpoints of Google on this machine need no credentials, so none are looked for. */
async function settingsLines(env: Readonly<Record<string, string>>): Promise<string[]> {
  const local = { GCS_ENDPOINT: 'http://127.0.0.1:9', DISCOVERY_ENGINE_ENDPOINT: 'http://127.0.0.1:9' };
  const { stdout } = await runHere(['doctor'], { cwd: folders.make(), env: { ...local, ...env } });
  return stdout
    .split('\n')
    .filter((line) => line.includes(' settings ') && !line.includes(local.GCS_ENDPOINT));
}

describe('doctor', () => {
  test('warns about each invalid variable that stops only other commands than run', async () => {
    const lines = await settingsLines({
      ADMIN_API_KEY: 'short',
      OPENAI_API_KEY: 'sk-with space',
      PUBLIC_URL: 'bridge.example.com',
      SYNC_REQUESTS_PER_MINUTE: 'many',
    });
    expect(lines).toEqual([
      expect.stringMatching(/^warn +settings +ADMIN_API_KEY .* `serve` does not start;/),
      expect.stringMatching(/^warn +settings +SYNC_REQUESTS_PER_MINUTE .* `serve` does not start;/),
      expect.stringMatching(/^warn +settings +PUBLIC_URL .* `serve` does not start;/),
      expect.stringMatching(/^warn +settings +OPENAI_API_KEY .* `kb` and `serve` do not start;/),
    ]);
    expect(lines.join('')).not.toContain('with space');
  });

  test('warns about an invalid address of the embedding API and an invalid origin', async () => {
    const lines = await settingsLines({
      OPENAI_BASE_URL: 'gateway.example.com/v1',
      SYNC_ALLOWED_ORIGINS: '*',
    });
    expect(lines).toEqual([
      expect.stringMatching(/^warn +settings +SYNC_ALLOWED_ORIGINS .* `serve` does not start;/),
      expect.stringMatching(/^warn +settings +OPENAI_BASE_URL .* `kb` and `serve` do not start;/),
    ]);
  });
});
