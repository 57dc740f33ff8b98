import { describeApiShape } from '../../contracts/api-shape.contract.ts';
import { STORAGE_SHAPES } from './storage-shapes.ts';

for (const [name, shape] of Object.entries(STORAGE_SHAPES)) describeApiShape(name, shape);
