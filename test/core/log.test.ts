import { describe, expect, it } from '@jest/globals';
import {
  createLogger,
  jsonFormat,
  LOG_LEVELS,
  prettyFormat,
  silentLogger,
  type LogFormat,
  type LogLevel,
} from '../../src/core/log.ts';

const TIME = new Date('2024-01-02T03:04:05.678Z');

function logTo(lines: string[], level: LogLevel = 'debug', format: LogFormat = jsonFormat) {
  return createLogger({
    write: (line) => lines.push(line),
    level,
    format,
    now: () => TIME,
    redact: (line) => line.replaceAll('s3cret', '[redacted]'),
  });
}

describe('a logger', () => {
  it.each([...LOG_LEVELS])('at level %s writes that level and what is more important', (level) => {
    const lines: string[] = [];
    const log = logTo(lines, level);
    for (const each of LOG_LEVELS) log[each]('hello');
    const written = lines.map((line) => (JSON.parse(line) as { level: string }).level);
    expect(written).toEqual(LOG_LEVELS.slice(LOG_LEVELS.indexOf(level)));
  });

  it('writes one line of JSON per event, whatever is in it', () => {
    const lines: string[] = [];
    logTo(lines).info('two\nlines', { count: 2, why: 'a\nb' });
    expect(lines).toEqual([
      '{"time":"2024-01-02T03:04:05.678Z","level":"info","message":"two\\nlines","count":2,"why":"a\\nb"}\n',
    ]);
  });

  it('adds the fields of a child to each line, and those of the call win', () => {
    const lines: string[] = [];
    const child = logTo(lines).child({ run: 'R1', phase: 'map' }).child({ part: 1 });
    child.warn('x', { phase: 'diff' });
    child.error('y');
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { run: 'R1', phase: 'diff', part: 1 },
      { run: 'R1', phase: 'map', part: 1, level: 'error' },
    ]);
  });

  it('redacts the finished line, fields included', () => {
    const lines: string[] = [];
    logTo(lines)
      .child({ dsn: 's3cret' })
      .info('with s3cret', { again: ['s3cret'] });
    expect(lines.join('')).not.toContain('s3cret');
  });

  it('writes readable lines for a terminal', () => {
    const lines: string[] = [];
    const log = logTo(lines, 'debug', prettyFormat);
    log.info('rows read', { seen: 1200, connector: 'hr', files: ['a'], none: undefined });
    log.error('failed');
    expect(lines).toEqual([
      '03:04:05   rows read seen=1200 connector=hr files=["a"] none=undefined\n',
      '03:04:05 ✗ failed\n',
    ]);
  });

  it('may be silent', () => {
    for (const level of LOG_LEVELS) silentLogger[level]('x');
    expect(silentLogger.child({ a: 1 })).toBe(silentLogger);
  });
});
