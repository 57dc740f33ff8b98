import { isLoopback, parseEndpoint, withoutSlashesAtEnd } from '../../core/endpoint.ts';
import { BridgeError } from '../../core/errors.ts';
import { parseRunLink } from '../../core/run-link.ts';
import type {
  SplunkSettings,
  TeamsSettings,
  TelemetrySettings,
  TraceParent,
  TraceSettings,
} from '../../telemetry/settings.ts';

/** Environment variables by name. */
type Variables = Readonly<Record<string, string | undefined>>;

const SERVICE_NAME_DEFAULT = 'gemini-sync-bridge';

/** Reads the variables of telemetry. @throws BridgeError ENVIRONMENT_INVALID, naming the variable and never a secret. */
export function telemetrySettings(env: Variables): TelemetrySettings {
  const teams = teamsSettings(env);
  const splunk = splunkSettings(env);
  const headers = Object.fromEntries(
    OTLP_HEADERS.flatMap((variable) => Object.entries(otlpHeaders(variable, env))),
  );
  return {
    splunk,
    teams,
    traces: traceSettings(env, headers),
  };
}

/** The URL of the Teams webhook and the values of OTLP headers, whole and in parts, whether or not they are valid. */
export function telemetrySecrets(env: Variables): string[] {
  const webhookUrl = valueOf('TEAMS_WEBHOOK_URL', env)?.trim();
  return [
    ...(webhookUrl === undefined ? [] : secretsOfUrl(webhookUrl)),
    ...OTLP_HEADERS.flatMap((variable) => Object.values(keyValues(variable, env))),
  ];
}

/** The headers of all signals, and those of traces. A header for traces overrides one for all signals. */
const OTLP_HEADERS = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'] as const;

function splunkSettings(env: Variables): SplunkSettings | undefined {
  const url = valueOf('SPLUNK_HEC_URL', env);
  const token = valueOf('SPLUNK_HEC_TOKEN', env);
  if (url === undefined && token === undefined) return undefined;
  if (url === undefined || token === undefined) {
    const [set, missing] = url === undefined ? ['TOKEN', 'URL'] : ['URL', 'TOKEN'];
    throw invalid(`SPLUNK_HEC_${set} is set and SPLUNK_HEC_${missing} is not`, 'Set both, or neither.');
  }
  if (!isHeaderValue(token))
    throw invalid(
      'SPLUNK_HEC_TOKEN has characters that no token has',
      'Copy it again, without spaces and line breaks.',
    );
  const endpoint = parseEndpoint('SPLUNK_HEC_URL', url);
  return {
    endpoint: { ...endpoint, url: endpoint.url.replace(/\/services\/collector(\/event)?$/, '') },
    token,
  };
}

/** Links to a run in other systems. @throws BridgeError ENVIRONMENT_INVALID */
export function runLinks(env: Variables): TeamsSettings['links'] {
  const splunk = valueOf('SPLUNK_RUN_URL_TEMPLATE', env);
  const kestra = valueOf('KESTRA_RUN_URL_TEMPLATE', env);
  return {
    ...(splunk === undefined ? {} : { Splunk: parseRunLink('SPLUNK_RUN_URL_TEMPLATE', splunk) }),
    ...(kestra === undefined ? {} : { Kestra: parseRunLink('KESTRA_RUN_URL_TEMPLATE', kestra) }),
  };
}

function teamsSettings(env: Variables): TeamsSettings | undefined {
  const links = runLinks(env);
  const webhookUrl = valueOf('TEAMS_WEBHOOK_URL', env)?.trim();
  if (webhookUrl === undefined) return undefined;
  const hint = 'Copy it again from the workflow in Teams; it begins with https://.';
  const url = URL.canParse(webhookUrl) ? new URL(webhookUrl) : undefined;
  if (url?.username !== '' || url.password !== '' || url.hash !== '')
    throw invalid('TEAMS_WEBHOOK_URL is not the address of a webhook', hint);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url)))
    throw invalid('TEAMS_WEBHOOK_URL must be https, because the address itself is a secret', hint);
  return { webhookUrl, links };
}

/** The whole URL and the parts of it that are secrets themselves, both as written and decoded. */
function secretsOfUrl(url: string): string[] {
  const parts = url.split(/[/?&=]/).filter((part) => part.length >= SECRET_PART_LENGTH_MIN);
  return [url, ...parts, ...parts.map(decoded)];
}

/** Signatures and ids of workflows have at least 32 characters; a shorter part is a word such as `triggers`. */
const SECRET_PART_LENGTH_MIN = 20;

function traceSettings(env: Variables, headers: Readonly<Record<string, string>>): TraceSettings | undefined {
  if (valueOf('OTEL_SDK_DISABLED', env)?.toLowerCase() === 'true') return undefined;
  const url = tracesUrl(env);
  if (url === undefined) return undefined;
  if (url.protocol === 'http:' && !isLoopback(url) && Object.keys(headers).length > 0) {
    throw invalid(
      'OTEL_EXPORTER_OTLP_HEADERS is set and the endpoint is http, where anybody can read it on its way',
      'Use https, or no headers.',
    );
  }
  const attributes = keyValues('OTEL_RESOURCE_ATTRIBUTES', env);
  const serviceName = valueOf('OTEL_SERVICE_NAME', env) ?? attributes['service.name'] ?? SERVICE_NAME_DEFAULT;
  return {
    url: url.href,
    headers,
    resource: { ...attributes, 'service.name': serviceName },
    parent: traceParent(valueOf('TRACEPARENT', env)),
  };
}

/** The variable for traces contains the whole URL; the variable for all signals contains the base URL. */
function tracesUrl(env: Variables): URL | undefined {
  const whole = valueOf('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', env);
  if (whole !== undefined) return collectorUrl('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', whole);
  const base = valueOf('OTEL_EXPORTER_OTLP_ENDPOINT', env);
  if (base === undefined) return undefined;
  const url = collectorUrl('OTEL_EXPORTER_OTLP_ENDPOINT', base);
  return new URL(`${url.origin}${withoutSlashesAtEnd(url.pathname)}/v1/traces`);
}

/** Plain http is allowed: a collector within a cluster often uses it, and traces are not secret. */
function collectorUrl(variable: string, value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return url;
  throw invalid(
    `${variable} is not the address of a collector`,
    'Write a URL of http or https without a user, such as `http://127.0.0.1:4318`; gRPC is not spoken.',
  );
}

function otlpHeaders(variable: string, env: Variables): Record<string, string> {
  const headers = keyValues(variable, env);
  for (const [name, value] of Object.entries(headers)) {
    if (/^[\w!#$%&'*+.^`|~-]+$/.test(name) && isHeaderValue(value.replaceAll(' ', ''))) continue;
    throw invalid(
      `${variable} has a header that cannot be sent`,
      'Write `name=value,name=value`, with special characters percent-encoded.',
    );
  }
  return headers;
}

/** Parses comma-separated, percent-encoded `key=value` pairs. Other parts are ignored, as OpenTelemetry requires. */
function keyValues(variable: string, env: Variables): Record<string, string> {
  const pairs = (valueOf(variable, env) ?? '').split(',').flatMap((pair) => {
    const at = pair.indexOf('=');
    const key = pair.slice(0, Math.max(at, 0)).trim();
    return key === '' ? [] : [[key, decoded(pair.slice(at + 1).trim())] as const];
  });
  return Object.fromEntries(pairs);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Undefined if the value is not valid: the run then starts its own trace, as W3C Trace Context requires. */
function traceParent(text: string | undefined): TraceParent | undefined {
  const parts = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(text ?? '');
  const [, traceId = '', spanId = '', flags = ''] = parts ?? [];
  if (parts === null || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}

function isHeaderValue(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

function valueOf(variable: string, env: Variables): string | undefined {
  const value = env[variable];
  return value === '' ? undefined : value;
}

function invalid(problem: string, hint: string): BridgeError {
  return new BridgeError('ENVIRONMENT_INVALID', `${problem}.`, { hint });
}
