import { describe, expect, test } from '@jest/globals';
import { telemetrySecrets, telemetrySettings } from '../../../src/cli/environment/telemetry.ts';

const WEBHOOK =
  'https://prod.example.com/workflows/0f3c6a52b7d94e1f8a2b5c7d/invoke?sp=%2Ftriggers&sig=abcdefghijklmnop%2Bqrstuvwxyz';
const SPLUNK = { SPLUNK_HEC_URL: 'https://splunk.example.com:8088', SPLUNK_HEC_TOKEN: 'the-token' };
const OTLP = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example.com' };

describe('telemetry', () => {
  test('is off unless it is switched on', () => {
    const off = { splunk: undefined, teams: undefined, traces: undefined };
    expect(telemetrySettings({})).toEqual(off);
    expect(
      telemetrySettings({ SPLUNK_HEC_URL: '', TEAMS_WEBHOOK_URL: '', OTEL_EXPORTER_OTLP_ENDPOINT: '' }),
    ).toEqual(off);
    expect(telemetrySettings({ ...OTLP, OTEL_SDK_DISABLED: 'TRUE' }).traces).toBeUndefined();
  });

  test.each([
    'https://splunk.example.com:8088',
    'https://splunk.example.com:8088/',
    'https://splunk.example.com:8088/services/collector',
    'https://splunk.example.com:8088/services/collector/event',
  ])('finds the collector at %s', (url) => {
    expect(telemetrySettings({ ...SPLUNK, SPLUNK_HEC_URL: url }).splunk).toEqual({
      endpoint: { url: 'https://splunk.example.com:8088', loopback: false },
      token: 'the-token',
    });
  });

  test('sends traces to the address of all signals, or to that of traces alone', () => {
    const urlOf = (env: Record<string, string>) => telemetrySettings(env).traces?.url;
    expect(urlOf(OTLP)).toBe('https://collector.example.com/v1/traces');
    expect(urlOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.observability:4318/otlp/' })).toBe(
      'http://collector.observability:4318/otlp/v1/traces',
    );
    expect(urlOf({ ...OTLP, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example.com/in?x=1' })).toBe(
      'https://traces.example.com/in?x=1',
    );
  });

  test('names the service, and takes its attributes and headers as OpenTelemetry writes them', () => {
    const env = {
      ...OTLP,
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=a, deployment.environment.name=test%20one,nonsense,=x',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc,x-scope = hr',
    };
    expect(telemetrySettings(env).traces).toMatchObject({
      resource: { 'service.name': 'a', 'deployment.environment.name': 'test one' },
      headers: { authorization: 'Bearer abc', 'x-scope': 'hr' },
    });
    expect(telemetrySettings({ ...env, OTEL_SERVICE_NAME: 'b' }).traces?.resource).toMatchObject({
      'service.name': 'b',
    });
    expect(telemetrySettings(OTLP).traces?.resource).toEqual({ 'service.name': 'gemini-sync-bridge' });
  });

  test('belongs to the trace that TRACEPARENT names, if that is one', () => {
    const parentOf = (TRACEPARENT: string) => telemetrySettings({ ...OTLP, TRACEPARENT }).traces?.parent;
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    expect(parentOf(`00-${traceId}-b7ad6b7169203331-01`)).toEqual({
      traceId,
      spanId: 'b7ad6b7169203331',
      traceFlags: 1,
    });
    for (const odd of ['x', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, `00-${traceId}-${'0'.repeat(16)}-01`])
      expect(parentOf(odd)).toBeUndefined();
  });

  test('says which values are secrets, whole and in parts', () => {
    const secrets = telemetrySecrets({
      TEAMS_WEBHOOK_URL: WEBHOOK,
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=k%20ey',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x=other',
    });
    expect(secrets).toEqual(
      expect.arrayContaining([
        WEBHOOK,
        'abcdefghijklmnop+qrstuvwxyz',
        'abcdefghijklmnop%2Bqrstuvwxyz',
        '0f3c6a52b7d94e1f8a2b5c7d',
        'k ey',
        'other',
      ]),
    );
    expect(secrets).not.toContain('workflows');
  });

  test.each<[Record<string, string>, string]>([
    [{ SPLUNK_HEC_URL: 'https://splunk.example.com' }, 'SPLUNK_HEC_TOKEN'],
    [{ SPLUNK_HEC_TOKEN: 'SECRET' }, 'SPLUNK_HEC_URL'],
    [{ ...SPLUNK, SPLUNK_HEC_TOKEN: 'SECRET\nX-Evil: 1' }, 'SPLUNK_HEC_TOKEN'],
    [{ ...SPLUNK, SPLUNK_HEC_URL: 'http://splunk.example.com' }, 'SPLUNK_HEC_URL'],
    [{ ...SPLUNK, SPLUNK_HEC_URL: 'https://x:SECRET@splunk.example.com' }, 'SPLUNK_HEC_URL'],
    [{ ...SPLUNK, SPLUNK_HEC_URL: 'https://splunk.example.com/?token=SECRET' }, 'SPLUNK_HEC_URL'],
    [{ TEAMS_WEBHOOK_URL: 'http://prod.example.com/SECRET' }, 'TEAMS_WEBHOOK_URL'],
    [{ TEAMS_WEBHOOK_URL: 'prod.example.com/SECRET' }, 'TEAMS_WEBHOOK_URL'],
    [{ TEAMS_WEBHOOK_URL: 'https://x:SECRET@prod.example.com/' }, 'TEAMS_WEBHOOK_URL'],
    [{ KESTRA_RUN_URL_TEMPLATE: 'kestra/{run_id}' }, 'KESTRA_RUN_URL_TEMPLATE'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://x:SECRET@c.example.com' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [{ ...OTLP, OTEL_EXPORTER_OTLP_HEADERS: 'a=SECRET%0Ax' }, 'OTEL_EXPORTER_OTLP_HEADERS'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c.example.com', OTEL_EXPORTER_OTLP_HEADERS: 'a=SECRET' },
      'OTEL_EXPORTER_OTLP_HEADERS',
    ],
  ])('refuses %j, naming the variable and no secret', (env, variable) => {
    let error: unknown;
    try {
      telemetrySettings(env);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'ENVIRONMENT_INVALID', message: expect.stringContaining(variable) });
    const { message, hint } = error as { message: string; hint: string };
    expect(`${message} ${hint}`).not.toContain('SECRET');
  });
});
