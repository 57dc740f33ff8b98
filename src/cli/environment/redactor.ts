import { createRedactor, type Redactor } from '../../core/secrets/redact.ts';
import { environmentSecrets } from './secrets.ts';

interface Addresses {
  readonly databaseUrl: string | undefined;
  readonly proxy: { readonly http: string | undefined; readonly https: string | undefined };
}

/** Knows every secret that the environment names, but for `SECRET_…`, which are added when they are read. */
export function openRedactor(
  env: Readonly<Record<string, string | undefined>>,
  { databaseUrl, proxy }: Addresses,
): Redactor {
  const redactor = createRedactor();
  // Without a password a proxy is not a secret, and its host is what a message may be about.
  const proxies = [proxy.http, proxy.https].filter((address) => address?.includes('@') === true);
  for (const secret of [databaseUrl, ...environmentSecrets(env), ...proxies])
    if (secret !== undefined) redactor.add(secret);
  return redactor;
}
