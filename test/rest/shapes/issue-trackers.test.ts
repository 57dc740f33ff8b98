import { describeApiShape } from '../../contracts/api-shape.contract.ts';
import { ISSUE_SHAPES } from './issue-shapes.ts';

for (const [name, shape] of Object.entries(ISSUE_SHAPES)) describeApiShape(name, shape);
