import { describe, expect, test } from '@jest/globals';
import { definitionSecrets } from '../../../src/app/secrets/definition-secrets.ts';
import { seal } from '../../../src/core/secrets/managed/cipher.ts';
import { newKeyEntry, parseKeyRing, type KeyRing } from '../../../src/core/secrets/managed/key-ring.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import type { App } from '../../../src/definitions/app/types.ts';
import type { KnowledgeSource } from '../../../src/definitions/knowledge-source/types.ts';
import type { StoredSecret } from '../../../src/state/secrets/secret-rows.ts';

const RING = parseKeyRing(newKeyEntry('a'), 'KEYS');
const OTHER = parseKeyRing(newKeyEntry('a'), 'KEYS');
const VALUE = 'stored-value-of-the-api';
const PERMIT = { server: () => undefined, inClear: () => false, folder: () => undefined };

const app: App = {
  apiVersion: 'sync.gemini.io/v1alpha1',
  kind: 'App',
  metadata: { name: 'shop' },
  spec: {
    baseUrl: 'https://api.example.com',
    secretRef: 'shop-key',
    collections: [{ key: 'orders', path: '/orders', idField: 'id' }],
  },
};
const knowledge: KnowledgeSource = {
  apiVersion: 'sync.gemini.io/v1alpha1',
  kind: 'KnowledgeSource',
  metadata: { name: 'help' },
  spec: {
    type: 'rest',
    title: 'Help',
    tenantId: 'acme',
    config: { baseUrl: 'https://api.example.com', requiresAuth: true, provider: 'shop-key' },
  },
};

function load(
  definition: App | KnowledgeSource,
  stored: Partial<StoredSecret> | undefined,
  ring: KeyRing | undefined = RING,
) {
  const reads: (readonly string[])[] = [];
  const hidden: string[] = [];
  const row: StoredSecret = {
    name: 'shop-key',
    sealed: seal('managed-secret', 'shop-key', VALUE, RING.current),
    ...{ allowedHosts: [], allowedConnectors: [], lastUsedAt: null },
    ...stored,
  };
  const rows = {
    read: (names: readonly string[]) => {
      reads.push(names);
      return Promise.resolve(stored === undefined ? [] : [row]);
    },
    noteUse: () => Promise.resolve(),
  };
  const variables = {
    secret: (variable: string) => (variable === 'SECRET_SHOP_KEY' ? 'of-the-environment' : undefined),
    similarSecret: () => undefined,
    managedKeys: () => ring,
    hideSecret: (value: string) => hidden.push(value),
  };
  return { reads, hidden, loaded: definitionSecrets(definition, PERMIT, rows, variables, systemClock) };
}

describe.each([
  ['an app', app],
  ['a knowledge source', knowledge],
])('the secrets of %s', (_, definition) => {
  test('come from the store with one query and are hidden, or else from the environment', async () => {
    const { loaded, reads, hidden } = load(definition, {});
    expect((await loaded).secret('shop-key')).toBe(VALUE);
    expect({ reads, hidden }).toEqual({ reads: [['shop-key']], hidden: [VALUE] });
    expect((await load(definition, undefined).loaded).secret('shop-key')).toBe('of-the-environment');
  });

  test('fail when they are stored and cannot be opened, although the variable is set', async () => {
    await expect(load(definition, {}, OTHER).loaded).rejects.toMatchObject({
      code: 'SECRET_UNREADABLE',
      exit: 78,
    });
    const name = seal('managed-secret', 'other', VALUE, RING.current);
    await expect(load(definition, { sealed: name }).loaded).rejects.toMatchObject({
      code: 'SECRET_UNREADABLE',
    });
    await expect(load(definition, { allowedConnectors: undefined }).loaded).rejects.toMatchObject({
      code: 'SECRET_UNREADABLE',
    });
  });

  test('are refused when they are limited to connectors, even to one with the same name', async () => {
    const allowedConnectors = ['shop', 'help'];
    await expect(load(definition, { allowedConnectors }).loaded).rejects.toMatchObject({
      code: 'SECRET_NOT_ALLOWED',
      exit: 77,
    });
  });

  test('are permitted for their hosts only, and for none when the list is damaged', async () => {
    const server = { host: 'api.example.com', port: 443 };
    const permit = async (allowedHosts: readonly string[] | undefined) =>
      (await load(definition, { allowedHosts }).loaded).permit;
    for (const hosts of [[], ['*.example.com'], ['api.example.com:443']]) {
      const bound = await permit(hosts);
      expect(() => {
        bound.server(server, ['shop-key']);
      }).not.toThrow();
    }
    for (const hosts of [['example.com'], ['api.example.com:80'], undefined]) {
      const bound = await permit(hosts);
      expect(() => {
        bound.server(server, ['shop-key']);
      }).toThrow('may not be sent to api.example.com:443');
      expect(() => {
        bound.server(server, ['another']);
      }).not.toThrow();
    }
  });

  test('are not read under a name that the definition does not have', async () => {
    const { secret } = await load(definition, {}).loaded;
    expect(() => secret('admin')).toThrow('not one of this definition');
  });
});
