import { createHmac, hash } from 'node:crypto';
import { compileTemplate } from '../../definitions/templates/templates.ts';
import type { SigningSpec } from '../../definitions/rest/types.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { HttpClient, HttpRequest } from '../request/client.ts';
import { usable } from './usable-secret.ts';

interface SigningPorts {
  /** Reads a secret by its ref. */
  readonly secret: (ref: string) => string;
  readonly clock: Clock;
  readonly redactor: Redactor;
}

/**
 * Returns a client that adds the HMAC of `signing` to each request. Every attempt gets a signature of its own, with its final
 * address and all its parameters, because the signature may cover the time.
 * @throws BridgeError SECRET_*; TemplateSyntaxError for a template that the rules refuse
 */
export function signedClient(
  spec: SigningSpec,
  client: Pick<HttpClient, 'send' | 'open'>,
  { secret, clock, redactor }: SigningPorts,
): Pick<HttpClient, 'send' | 'open'> {
  const { secretRef, algorithm = 'sha256', encoding = 'hex', timestampHeader, prefix = '' } = spec;
  const key = usable(secret(secretRef), secretRef, 'encoded');
  redactor.add(key);
  const template = compileTemplate(spec.template);
  const header = spec.header.toLowerCase();
  const signed = (request: HttpRequest): HttpRequest => {
    const timestamp = String(Math.floor(clock.now().getTime() / 1_000));
    const text = template.render({ ...partsOf(request), timestamp });
    const signature = createHmac(algorithm, key).update(text).digest(encoding);
    return {
      ...request,
      headers: {
        ...request.headers,
        ...(timestampHeader === undefined ? {} : { [timestampHeader.toLowerCase()]: timestamp }),
        [header]: `${prefix}${signature}`,
      },
    };
  };
  return {
    send: (request, signal) => client.send(signed(request), signal),
    open: (request, signal) => client.open(signed(request), signal),
  };
}

/** The variables of the template, except for the time. */
function partsOf({ method, url, body = '' }: HttpRequest) {
  const { host, pathname, search } = new URL(url);
  return { method, url, host, path: `${pathname}${search}`, body, body_sha256: hash('sha256', body, 'hex') };
}
