import type { FieldFinding } from '../problem.ts';
import type { Preset } from './preset.ts';

const URL_PATH = 'spec.source.url';

/** A part of an address in a preset that stands for a name of the connector's own. */
const PLACEHOLDER = /^[A-Z][A-Z_]+$/;

/** Compares the address of a connector with the form that its preset expects. */
export function addressFindings({ name, url: form }: Preset, url: unknown): FieldFinding[] {
  if (url === undefined) {
    const message = `url is missing. The preset ${name} reads ${form}.`;
    return [{ code: 'missing_key', path: URL_PATH, message, fix: `url: ${form}` }];
  }
  if (typeof url !== 'string' || !URL.canParse(url)) return [];
  const left = wordsOf(form).find((word) => PLACEHOLDER.test(word) && wordsOf(url).includes(word));
  if (left !== undefined) {
    const message = `url still has the placeholder ${left} of the preset ${name}.`;
    return [{ code: 'preset_unfit', path: URL_PATH, message, fix: `your own name in place of ${left}` }];
  }
  if (endsAlike(url, form)) return [];
  const message = `url does not have the form that the preset ${name} is for, ${form}.`;
  const fix = `url: ${form}, with your own names in place of the words in capitals; or no preset`;
  return [{ status: 'warn', code: 'preset_unfit', path: URL_PATH, message, fix }];
}

function wordsOf(url: string): string[] {
  return url.split(/[^A-Za-z0-9_]+/);
}

/** Compares from the last fixed part on: gateways, versions and languages change the parts before it. */
function endsAlike(url: string, form: string): boolean {
  const wanted = partsOf(form);
  const end = wanted.slice(wanted.findLastIndex((part) => !PLACEHOLDER.test(part)));
  const parts = partsOf(url).slice(-end.length);
  return parts.length === end.length && parts[0] === end[0];
}

function partsOf(url: string): string[] {
  return new URL(url).pathname.split('/').filter((part) => part !== '');
}
