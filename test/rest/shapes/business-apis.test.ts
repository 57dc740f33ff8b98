import { describeApiShape } from '../../contracts/api-shape.contract.ts';
import { BUSINESS_SHAPES } from './business-shapes.ts';

for (const [name, shape] of Object.entries(BUSINESS_SHAPES)) describeApiShape(name, shape);
