export { textRows } from './binary/rows';
export { fingerprints } from './fingerprints';
export { render } from './render';

/** Returns the first address that holds no constant of the kernel; what lies after it belongs to the caller. */
export function freeFrom(): usize {
  return __heap_base;
}
