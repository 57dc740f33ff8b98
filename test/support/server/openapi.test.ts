import { describe, expect, test } from '@jest/globals';
import { answerJudge } from './openapi.ts';

const judge = answerJudge({
  components: { schemas: { Name: { type: 'string', minLength: 2 } } },
  paths: {
    '/people/{id}': {
      get: {
        responses: {
          200: {
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['name'],
                  properties: { name: { $ref: '#/components/schemas/Name' } },
                  additionalProperties: false,
                },
              },
            },
          },
        },
      },
    },
  },
});

describe('the judge of answers', () => {
  test('lets pass what is declared, and a 404 of a route that there is not', () => {
    expect(() => {
      judge.judge('GET', '/people/7?x=1', 200, 'application/json; charset=utf-8', '{"name":"Mei"}');
      judge.judge('GET', '/nobody', 404, 'application/json', '{}');
    }).not.toThrow();
  });

  test.each([
    ['a status', 201, 'application/json', '{"name":"Mei"}', /never said that it may answer 201/],
    ['a type', 200, 'text/html', '<p>', /never said that its 200 may be text\/html/],
    ['a field', 200, 'application/json', '{"name":"Mei","age":7}', /is not what it says/],
    ['a value of a shared schema', 200, 'application/json', '{"name":"M"}', /is not what it says/],
  ])('refuses %s that was never declared', (_what, status, type, body, message) => {
    expect(() => {
      judge.judge('GET', '/people/7', status, type, body);
    }).toThrow(message);
  });

  test('refuses what a route answers that is not in the document', () => {
    expect(() => {
      judge.judge('POST', '/people/7', 200, 'application/json', '{}');
    }).toThrow(/no such route/);
  });
});
