import { timeFormatProblem } from '../../../../core/text/time-format.ts';
import { readTime } from '../../../../core/text/time-text.ts';
import { isTimeZone } from '../../../../core/text/time-zone.ts';
import { textAt, valueAt } from '../../../draft.ts';
import type { FieldFinding } from '../../../problem.ts';
import { mentionsUntil, mentionsWatermark } from '../../../watermark-text.ts';
import { has, misplaced, missing } from '../key-findings.ts';

const SOURCE = 'spec.source';
const FORMAT = `${SOURCE}.watermarkFormat`;
const ZONE = `${SOURCE}.watermarkTimeZone`;
const WINDOW = `${SOURCE}.window`;
const START = `${SOURCE}.watermarkStart`;
/** Seconds, milliseconds, microseconds or nanoseconds since 1970. */
const EPOCH = /^\d{1,19}(?:\.\d+)?$/;

/** Rules about how the watermark of a REST API is sent, and about windows. */
export function watermarkFindings(connector: unknown): FieldFinding[] {
  if (textAt(connector, `${SOURCE}.type`) !== 'http') return [];
  return [
    ...formatFindings(connector),
    ...zoneFindings(connector),
    ...windowFindings(connector),
    ...startFindings(connector),
  ];
}

function request(connector: unknown): string {
  return JSON.stringify(['url', 'payload', 'headers'].map((key) => valueAt(connector, `${SOURCE}.${key}`)));
}

function formatFindings(connector: unknown): FieldFinding[] {
  const format = textAt(connector, FORMAT);
  if (format === undefined) return [];
  const problem = timeFormatProblem(format);
  if (problem !== undefined) {
    const fix = 'watermarkFormat: epoch_milliseconds, or a pattern such as %Y-%m-%dT%H:%M:%SZ';
    return [wrong(FORMAT, `The watermark cannot be sent as ${JSON.stringify(format)}: ${problem}.`, fix)];
  }
  if (mentionsWatermark(request(connector))) return [];
  const message = 'watermarkFormat has no use: the request has no :watermark.';
  return [misplaced(FORMAT, message, 'no watermarkFormat, or :watermark in url or payload')];
}

function zoneFindings(connector: unknown): FieldFinding[] {
  const zone = textAt(connector, ZONE);
  if (zone === undefined) return [];
  if (!isTimeZone(zone)) {
    return [wrong(ZONE, `${JSON.stringify(zone)} is not a time zone.`, 'watermarkTimeZone: Europe/Berlin')];
  }
  if (has(connector, FORMAT)) return [];
  const message = 'watermarkTimeZone has no use without watermarkFormat.';
  return [misplaced(ZONE, message, 'watermarkFormat: "%Y-%m-%d %H:%M", or no watermarkTimeZone')];
}

function windowFindings(connector: unknown): FieldFinding[] {
  const text = request(connector);
  if (!has(connector, WINDOW)) {
    if (!mentionsUntil(text)) return [];
    const message = ':until in the request is the end of a window, and window is missing.';
    return [missing(WINDOW, message, 'window: {step: 30d}, or a fixed value instead of :until')];
  }
  const absent = [
    ...(mentionsWatermark(text) ? [] : [':watermark']),
    ...(mentionsUntil(text) ? [] : [':until']),
  ];
  const message = `A window needs :watermark for its start and :until for its end; ${absent.join(' and ')} is missing in url, payload and headers.`;
  return [
    ...(absent.length === 0
      ? []
      : [missing(`${SOURCE}.url`, message, 'url: …?since=:watermark&until=:until')]),
    ...(has(connector, START)
      ? []
      : [
          missing(
            START,
            'watermarkStart is missing: where the first window begins.',
            "watermarkStart: '2020-01-01'",
          ),
        ]),
  ];
}

function startFindings(connector: unknown): FieldFinding[] {
  const start = valueAt(connector, START);
  if (!has(connector, FORMAT) && !has(connector, WINDOW)) return [];
  if (typeof start !== 'string' && typeof start !== 'number') return [];
  const text = String(start);
  if (readTime(text) !== undefined || EPOCH.test(text)) return [];
  const message = 'watermarkStart is not a time, and watermarkFormat and window need one.';
  return [wrong(START, message, "watermarkStart: '2020-01-01'")];
}

function wrong(path: string, message: string, fix: string): FieldFinding {
  return { code: 'wrong_value', path, message, fix };
}
