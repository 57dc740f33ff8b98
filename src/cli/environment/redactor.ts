import { createRedactor, type Redactor } from '../../core/secrets/redact.ts';
import { environmentSecrets } from './secrets.ts';

interface Addresses {
  readonly databaseUrl: string | undefined;
  readonly proxy: { readonly http: string | undefined; readonly https: string | undefined };
}

/** Knows every secret in the environment, except `SECRET_…` variables, which are added when they are read. */
export function openRedactor(
  env: Readonly<Record<string, string | undefined>>,
  { databaseUrl, proxy }: Addresses,
): Redactor {
  const redactor = createRedactor();
  // A proxy URL without a password is not a secret, and a message may need to name its host.
  const proxies = [proxy.http, proxy.https].filter((address) => address?.includes('@') === true);
  for (const secret of [databaseUrl, ...environmentSecrets(env), ...proxies])
    if (secret !== undefined) redactor.add(secret);
  return redactor;
}
