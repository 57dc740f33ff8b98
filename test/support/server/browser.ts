import type { GuardedServer } from '../http/guarded-server.ts';
import { rawRequest } from '../http/raw-request.ts';

type Options = NonNullable<Parameters<typeof rawRequest>[2]>;

/** As much of a browser as a login needs: it keeps cookies, and says where a form comes from. */
export function openBrowser({ url }: Pick<GuardedServer, 'url'>, headers: Options['headers'] = {}) {
  const cookies = new Map<string, string>();
  /** Whole `Set-Cookie` headers, the last of each name. */
  const received = new Map<string, string>();

  async function visit(path: string, options: Options = {}) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await rawRequest(url, path, {
      ...options,
      headers: { accept: 'text/html', ...(cookie === '' ? {} : { cookie }), ...headers, ...options.headers },
    });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [name = '', value = ''] = line.split(';', 1).join('').split(/=(.*)/s);
      received.set(name, line);
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  }

  const submit = (path: string, fields: Record<string, string>, more: Options['headers'] = {}) =>
    visit(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: url, ...more },
      body: new URLSearchParams(fields).toString(),
    });

  /** The token of the form on a page. */
  const formToken = async (path = '/login') =>
    /name="_csrf" value="([^"]+)"/.exec((await visit(path)).text)?.[1] ?? '';

  return {
    cookies,
    received,
    visit,
    submit,
    formToken,
    logIn: async (key: string, fields: Record<string, string> = {}) =>
      submit('/login', { _csrf: await formToken(), key, ...fields }),
  };
}
