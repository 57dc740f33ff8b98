import { describe, expect, test } from '@jest/globals';
import { parseRunLink } from '../../src/core/run-link.ts';

const RUN = { runId: 'R 1&x=y/../"', connectorId: 'hr' };

describe('the link to a run', () => {
  test.each([
    ['https://x.example.com/runs/{run_id}', 'https://x.example.com/runs/R%201%26x%3Dy%2F..%2F%22'],
    [
      'http://x/{connector_id}?q={run_id}&again={run_id}',
      'http://x/hr?q=R%201%26x%3Dy%2F..%2F%22&again=R%201%26x%3Dy%2F..%2F%22',
    ],
    [
      'https://x.example.com/ui/main/executions/gemini.sync.connectors/{connector_id}/{run_id}',
      'https://x.example.com/ui/main/executions/gemini.sync.connectors/hr/R%201%26x%3Dy%2F..%2F%22',
    ],
    ['https://x.example.com/all', 'https://x.example.com/all'],
  ])('of %s has its values encoded', (template, url) => {
    expect(parseRunLink('X', template)(RUN)).toBe(url);
  });

  test.each([
    ['x.example.com/{run_id}', 'URL of http or https'],
    ['javascript:alert({run_id})', 'URL of http or https'],
    ['https://x.example.com/{run}', '{run}'],
    ['https://user:pass@x.example.com/{run_id}', 'password'],
    ['https://{connector_id}.example.com/', 'server'],
    ['https://x.example.com:{run_id}/', 'URL'],
    [`https://x.example.com/${'{run_id}'.repeat(30)}`, 'characters'],
  ])('is refused as %s', (template, problem) => {
    expect(() => parseRunLink('SPLUNK_RUN_URL_TEMPLATE', template)).toThrow(
      expect.objectContaining({
        code: 'ENVIRONMENT_INVALID',
        message: expect.stringMatching(/^SPLUNK_RUN_URL_TEMPLATE .*/),
      }),
    );
    expect(() => parseRunLink('X', template)).toThrow(problem);
  });
});
