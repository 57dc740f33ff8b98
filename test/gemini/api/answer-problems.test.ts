import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { answerProblem } from '../../../src/gemini/api/answer-problems.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const SUBJECT = { path: 'projects/p/branches/0/documents:import', projectId: 'my-project' };

/** An answer in the form of Google's APIs, judged. */
function problemOf(
  code: number,
  status: string,
  message: string,
  details: unknown = [],
  path = SUBJECT.path,
) {
  const text = JSON.stringify({ error: { code, status, message, details } });
  return answerProblem({ status: code, headers: new Headers(), text }, NOW, { ...SUBJECT, path });
}

const errorInfo = (reason: string, metadata: unknown = {}) => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain: 'googleapis.com',
  metadata,
});

describe('a refusal', () => {
  test.each([
    [400, 'INVALID_ARGUMENT', 'GEMINI_REFUSED'],
    [400, 'FAILED_PRECONDITION', 'GEMINI_PRECONDITION'],
    [401, 'UNAUTHENTICATED', 'GEMINI_CREDENTIALS'],
    [403, 'PERMISSION_DENIED', 'GEMINI_PERMISSION'],
    [404, 'NOT_FOUND', 'GEMINI_NOT_FOUND'],
    [409, 'ABORTED', 'GEMINI_BUSY'],
    [409, 'ALREADY_EXISTS', 'GEMINI_REFUSED'],
  ])('of %d %s is %s, had no effect and does not pass', (code, status, expected) => {
    expect(problemOf(code, status, 'Words.')).toMatchObject({
      code: expected,
      what: `was refused: ${code} ${status}: "Words."`,
      effect: 'none',
      passing: false,
    });
  });

  test.each([
    [500, 'INTERNAL'],
    [503, 'UNAVAILABLE'],
    [504, 'DEADLINE_EXCEEDED'],
    [408, 'CANCELLED'],
  ])('of %d %s is transient and has an unknown effect', (code, status) => {
    expect(problemOf(code, status, '')).toMatchObject({
      code: 'GEMINI_UNREACHABLE',
      effect: 'unknown',
      passing: true,
    });
  });

  test('for the quota passes and had no effect', () => {
    expect(problemOf(429, 'RESOURCE_EXHAUSTED', '')).toMatchObject({
      code: 'GEMINI_QUOTA',
      effect: 'none',
      passing: true,
    });
  });

  test('of 404 says that a location knows only its own data stores', () => {
    expect(problemOf(404, 'NOT_FOUND', '').hint).toContain('`gemini.location`');
  });

  test('repeats words of any length and kind as one short line', () => {
    const { what } = problemOf(400, 'INVALID_ARGUMENT', `Bad\r\n\u001B[2J${'x'.repeat(100_000)}`);
    expect(what).toMatch(/^was refused: 400 INVALID_ARGUMENT: "Bad \[2Jx{490,500}…"$/);
  });
});

describe('a missing permission', () => {
  const hintOf = (message: string, details: unknown = [], path?: string) =>
    problemOf(403, 'PERMISSION_DENIED', message, details, path).hint;

  test.each([
    [
      'in its details',
      '',
      [errorInfo('IAM_PERMISSION_DENIED', { permission: 'discoveryengine.documents.import' })],
    ],
    [
      'in its words',
      "Permission 'discoveryengine.documents.import' denied on resource '//discoveryengine.googleapis.com/x'",
      [],
    ],
  ])('is named with its role when it appears %s', (_, message, details) => {
    expect(hintOf(message, details)).toBe(
      'Grant the caller discoveryengine.documents.import, for example with roles/discoveryengine.editor, on project my-project.',
    );
  });

  test('to purge needs the role of an admin, whether it is named or not', () => {
    expect(hintOf("Permission 'discoveryengine.documents.purge' denied")).toContain(
      'roles/discoveryengine.admin',
    );
    expect(hintOf('Denied.', [], 'projects/p/branches/0/documents:purge')).toContain(
      'roles/discoveryengine.admin',
    );
    expect(hintOf('Denied.')).not.toContain('admin');
  });

  test.each([
    ['in its details', 'Disabled.', [errorInfo('SERVICE_DISABLED', { consumer: 'projects/4711' })], '4711'],
    [
      'in its words',
      'Discovery Engine API has not been used in project 12 before or it is disabled.',
      [],
      'my-project',
    ],
  ])('is distinguished from an API that is not enabled, %s', (_, message, details, project) => {
    expect(hintOf(message, details)).toContain(
      `gcloud services enable discoveryengine.googleapis.com --project ${project}\``,
    );
  });

  test('to use a quota project names that project and its role', () => {
    const details = [errorInfo('USER_PROJECT_DENIED', { consumer: 'projects/billing' })];
    expect(hintOf('Denied.', details)).toMatch(/serviceUsageConsumer on project billing/);
  });

  test('puts nothing into a command that is not a project', () => {
    const details = [errorInfo('SERVICE_DISABLED', { consumer: 'projects/x; rm -rf /' })];
    expect(hintOf('Disabled.', details)).toContain('--project my-project`');
  });
});

describe('details of any type', () => {
  test('change nothing, and the one that is known is found among them', () => {
    const odd = [{ '@type': 'type.googleapis.com/acme.Unheard', value: 1 }, null, 7, 'x', [], { '@type': 3 }];
    const { hint } = problemOf(403, 'PERMISSION_DENIED', '', [...odd, errorInfo('SERVICE_DISABLED')]);
    expect(hint).toContain('gcloud services enable');
  });

  test('and answers of any form never cause an exception', () => {
    const anyAnswer = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({
          error: fc.oneof(fc.jsonValue(), fc.record({ message: fc.jsonValue(), details: fc.jsonValue() })),
        })
        .map((body) => JSON.stringify(body)),
    );
    fc.assert(
      fc.property(anyAnswer, fc.integer({ min: 200, max: 599 }), (text, status) => {
        const problem = answerProblem({ status, headers: new Headers(), text }, NOW, SUBJECT);
        expect(problem.code).toMatch(/^GEMINI_/);
        expect(problem.what).not.toContain('\n');
      }),
    );
  });
});

describe('an answer that is not Google’s', () => {
  const problemOfPage = (status: number, headers: Record<string, string> = {}) =>
    answerProblem({ status, headers: new Headers(headers), text: '<html>No</html>' }, NOW, SUBJECT);

  test.each([400, 403, 200])('of %d is a proxy’s, not a refusal', (status) => {
    expect(problemOfPage(status)).toMatchObject({
      code: 'GEMINI_UNREACHABLE',
      what: `was answered with ${status} and a web page`,
      effect: 'unknown',
      passing: false,
    });
  });

  test('of 404 is that of Google’s front end', () => {
    expect(problemOfPage(404)).toMatchObject({ code: 'GEMINI_NOT_FOUND', what: 'was refused: 404' });
  });

  test('of 407 says where the password of the proxy belongs', () => {
    expect(problemOfPage(407)).toMatchObject({
      effect: 'none',
      hint: expect.stringContaining('HTTPS_PROXY'),
    });
  });

  test('that redirects is named with the origin alone', () => {
    const { what } = problemOfPage(302, { location: 'https://login.example.com/a?session=secret' });
    expect(what).toBe('was redirected (302) to https://login.example.com');
  });
});
