import { AllowedHosts } from '../../../net/guard/allowed-hosts.ts';
import type { GuardedServer } from '../../../net/guard/connection-checks.ts';
import { readProxy, type ProxySettings } from '../../../net/proxy.ts';
import type { PreviewOrder } from '../preview-process/preview-order.ts';

const NO_PROXY: ProxySettings = { http: undefined, https: undefined, except: undefined };

/**
 * A proxy resolves names by itself, so the address that it connects to cannot be checked. Only a draft whose hosts are all listed
 * by name in `STUDIO_ALLOWED_HOSTS` is tested through the proxy; any other one connects directly.
 * @throws BridgeError ENVIRONMENT_INVALID
 */
export function proxyFor(
  servers: readonly GuardedServer[],
  allowedHosts: readonly string[],
  proxy: ProxySettings,
): Pick<PreviewOrder, 'proxy' | 'trusted'> {
  const allowed = new AllowedHosts(allowedHosts);
  if (!servers.every(({ host }) => allowed.namesHost(host))) return { proxy: NO_PROXY, trusted: [] };
  const trusted = [proxy.http, proxy.https].flatMap((address): GuardedServer[] => {
    const origin = readProxy(address)?.origin;
    if (origin === undefined) return [];
    const { hostname, port, protocol } = new URL(origin);
    const byDefault = protocol === 'https:' ? 443 : protocol === 'http:' ? 80 : 1080;
    return [{ host: hostname, port: port === '' ? byDefault : Number(port) }];
  });
  return { proxy, trusted };
}
