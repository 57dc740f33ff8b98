import { expect, test } from '@jest/globals';
import { execa } from 'execa';
import { hostname } from 'node:os';
import { hostIdentity } from '../../../src/state/leases/host-identity.ts';

test('processes of one host have one identity, which starts with its name', async () => {
  const source = new URL('../../../src/state/leases/host-identity.ts', import.meta.url).href;
  const program = `import { hostIdentity } from ${JSON.stringify(source)}; process.stdout.write(hostIdentity());`;
  const other = await execa(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]);
  expect(other.stdout).toBe(hostIdentity());
  expect(hostIdentity().split(' ')[0]).toBe(hostname());
});
