import { createHmac, hash } from 'node:crypto';
import { compileTemplate } from '../../definitions/connector/templates/templates.ts';
import type { SigningSpec } from '../../definitions/rest/types.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { HttpRequest } from '../request/client.ts';
import { usable } from './usable-secret.ts';

/** Adds a signature to requests. */
export type SignRequest = (request: HttpRequest) => HttpRequest;

/**
 * Opens the HMAC of `signing`. Every attempt gets a signature of its own, with its final address and all its parameters, because the signature
 * may cover the time.
 * @param secret reads a secret by its ref
 * @throws BridgeError SECRET_*; TemplateSyntaxError for a template that the rules refuse
 */
export function openSigning(
  spec: SigningSpec,
  secret: (ref: string) => string,
  { clock, redactor }: { readonly clock: Clock; readonly redactor: Redactor },
): SignRequest {
  const { secretRef, algorithm = 'sha256', encoding = 'hex', timestampHeader, prefix = '' } = spec;
  const key = usable(secret(secretRef), secretRef, 'encoded');
  redactor.add(key);
  const template = compileTemplate(spec.template);
  const header = spec.header.toLowerCase();
  return (request) => {
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
}

/** The variables of the template, except for the time. */
function partsOf({ method, url, body = '' }: HttpRequest) {
  const { host, pathname, search } = new URL(url);
  return { method, url, host, path: `${pathname}${search}`, body, body_sha256: hash('sha256', body, 'hex') };
}
