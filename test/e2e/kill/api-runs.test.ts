import { describe } from '@jest/globals';
import { describeKilledShape } from '../../contracts/killed-shape.contract.ts';
import { CONTENT_SHAPES } from '../../rest/shapes/content-shapes.ts';
import { ISSUE_SHAPES } from '../../rest/shapes/issue-shapes.ts';

describe('a run that reads an API', () => {
  const { 'issues of GitHub': gitHub, 'changed issues of Jira': jira } = ISSUE_SHAPES;
  describeKilledShape('issues of GitHub', gitHub);
  describeKilledShape('changed issues of Jira', jira);
  describeKilledShape('a database of Notion', CONTENT_SHAPES['a database of Notion']);
});
