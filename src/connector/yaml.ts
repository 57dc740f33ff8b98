import {
  constructFromEvents,
  EVENT_ID,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  YAMLException,
  type Event,
} from 'js-yaml';
import { CONNECTOR_YAML_DEPTH_MAX } from '../core/limits.ts';
import { displayPath, type Problem, type Segment } from './problem.ts';

/** A problem of the text itself, with its place and without the file's name. */
type YamlProblem = Pick<Problem, 'code' | 'line' | 'column' | 'path' | 'message' | 'fix'>;

interface Place {
  readonly line: number;
  readonly column: number;
}

export interface YamlReading {
  /** Undefined when the text has no single readable document. */
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** Where a path is; for one that is not in the text, where its nearest parent is. */
  locate(path: string, lineInText?: number): Place;
}

interface Anchor {
  /** Offset of the key, or of the item of a list. */
  readonly start: number;
  /** Offset of the first line of a block text (`|` or `>`). */
  readonly block?: number;
}

interface RawProblem extends Pick<Problem, 'code' | 'path' | 'message' | 'fix'> {
  readonly offset: number;
}

/** Reads one YAML document with the place of every value. Never throws: what is wrong is in `problems`. */
export function readYaml(text: string): YamlReading {
  const anchors = new Map<string, Anchor>();
  const placeOf = placeFinder(text);
  const reading = (value: unknown, problems: readonly RawProblem[]): YamlReading => ({
    value,
    problems: problems.map(({ offset, ...problem }) => ({ ...problem, ...placeOf(offset) })),
    locate: (path, lineInText) => locate(anchors, placeOf, path, lineInText),
  });
  try {
    const events = parseEvents(text, { maxDepth: CONNECTOR_YAML_DEPTH_MAX });
    const wrongCount = documentCountProblem(text, events);
    if (wrongCount !== undefined) return reading(undefined, [wrongCount]);
    const problems = new Walk(text, events, anchors).problems;
    if (problems.some((problem) => problem.code !== 'duplicate_key')) return reading(undefined, problems);
    // `json` lets the last of two equal keys win: they are reported, and the rest of the file is still checked.
    const [value] = constructFromEvents(events, { source: text, json: true });
    return reading(value, problems);
  } catch (thrown) {
    if (!(thrown instanceof YAMLException)) throw thrown;
    return reading(undefined, [syntaxProblem(text, thrown)]);
  }
}

function documentCountProblem(text: string, events: readonly Event[]): RawProblem | undefined {
  const starts = events.flatMap((event, index) => (event.type === EVENT_ID.DOCUMENT ? [index] : []));
  const second = starts[1];
  if (starts.length === 0) {
    return {
      code: 'yaml_empty',
      offset: 0,
      path: '',
      message: 'The file has nothing but comments or is empty.',
      fix: 'a connector, starting with apiVersion: sync.gemini.io/v1alpha1',
    };
  }
  if (second === undefined) return undefined;
  const content = events[second + 1];
  const start = content === undefined ? -1 : startOf(content);
  const marker = text.lastIndexOf('\n---', start === -1 ? text.length : start);
  return {
    code: 'yaml_documents',
    offset: marker === -1 ? Math.max(start, 0) : marker + 1,
    path: '',
    message: `The file holds ${starts.length} YAML documents; a connector file holds one.`,
    fix: 'one file for each connector, without the line ---',
  };
}

function syntaxProblem(text: string, thrown: YAMLException): RawProblem {
  const offset = thrown.mark?.position ?? 0;
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const [indentation = ''] = /^[ \t]*/.exec(text.slice(lineStart)) ?? [];
  if (indentation.includes('\t')) {
    return {
      code: 'yaml_tab',
      offset: lineStart + indentation.indexOf('\t'),
      path: '',
      message: 'A tab indents this line; YAML allows spaces only.',
      fix: 'two spaces for each level in place of the tab',
    };
  }
  return {
    code: 'yaml_syntax',
    offset,
    path: '',
    message: `This is not YAML: ${thrown.reason}.`,
    fix: 'key: value, indented by two spaces; texts with : # { or quotes in them go in quotes',
  };
}

function startOf(event: Event): number {
  if (event.type === EVENT_ID.SCALAR) {
    const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    return quoted ? event.valueStart - 1 : event.valueStart;
  }
  return event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE ? event.start : -1;
}

/** One pass over the events: where everything is, and what a connector file may not use. */
class Walk {
  readonly problems: RawProblem[] = [];
  readonly #text: string;
  readonly #events: readonly Event[];
  readonly #anchors: Map<string, Anchor>;
  #next = 1;

  constructor(text: string, events: readonly Event[], anchors: Map<string, Anchor>) {
    this.#text = text;
    this.#events = events;
    this.#anchors = anchors;
    this.#node([], 0);
  }

  #node(segments: readonly Segment[], start: number): void {
    const event = this.#events[this.#next];
    this.#next += 1;
    if (event === undefined) return;
    if (event.type === EVENT_ID.SCALAR) {
      const isBlock = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
      this.#anchors.set(displayPath(segments), isBlock ? { start, block: event.valueStart } : { start });
      return;
    }
    this.#anchors.set(displayPath(segments), { start });
    if (event.type === EVENT_ID.ALIAS) this.#refuseAlias(segments, start);
    if (event.type === EVENT_ID.MAPPING) this.#mapping(segments, start);
    if (event.type === EVENT_ID.SEQUENCE) this.#sequence(segments, start);
  }

  #mapping(segments: readonly Segment[], start: number): void {
    const lines = new Map<string, number>();
    while (!this.#pop()) {
      const key = this.#events[this.#next];
      if (key?.type !== EVENT_ID.SCALAR) {
        this.#refuseKey(segments, start);
        // Reads the key and its value, so that the walk goes on behind them.
        this.#node([...segments, '?'], start);
        this.#node([...segments, '?'], start);
        continue;
      }
      this.#next += 1;
      const name = getScalarValue(this.#text, key);
      const at = startOf(key) === -1 ? start : startOf(key);
      const path = [...segments, name];
      const first = lines.get(name);
      if (first !== undefined) this.#refuseDuplicate(path, at, first);
      lines.set(name, first ?? at);
      this.#node(path, at);
    }
  }

  #sequence(segments: readonly Segment[], start: number): void {
    for (let index = 0; !this.#pop(); index += 1) {
      const item = this.#events[this.#next];
      const at = item === undefined ? -1 : startOf(item);
      this.#node([...segments, index], at === -1 ? start : at);
    }
  }

  /** Steps over the end of a collection, if this is one. */
  #pop(): boolean {
    const event = this.#events[this.#next];
    if (event !== undefined && event.type !== EVENT_ID.POP) return false;
    this.#next += 1;
    return true;
  }

  #refuseAlias(segments: readonly Segment[], offset: number): void {
    this.problems.push({
      code: 'yaml_alias',
      offset,
      path: displayPath(segments),
      message: 'This is a reference (*name) to another place of the file, which a connector may not use.',
      fix: 'the value itself',
    });
  }

  #refuseKey(segments: readonly Segment[], offset: number): void {
    this.problems.push({
      code: 'yaml_key',
      offset,
      path: displayPath(segments),
      message:
        'A key here is no text: a value that starts with {{ or [ and has no quotes reads as a mapping or list.',
      fix: 'the value in quotes, for example "{{ title }}"',
    });
  }

  #refuseDuplicate(segments: readonly Segment[], offset: number, first: number): void {
    const line = this.#text.slice(0, first).split('\n').length;
    this.problems.push({
      code: 'duplicate_key',
      offset,
      path: displayPath(segments),
      message: `${displayPath(segments.slice(-1))} is here for the second time; the first is in line ${line}.`,
      fix: 'it once',
    });
  }
}

function locate(
  anchors: ReadonlyMap<string, Anchor>,
  placeOf: (offset: number) => Place,
  path: string,
  lineInText: number | undefined,
): Place {
  for (let at = path; at !== ''; at = parentOf(at)) {
    const anchor = anchors.get(at);
    if (anchor === undefined) continue;
    if (lineInText === undefined || anchor.block === undefined) return placeOf(anchor.start);
    return { line: placeOf(anchor.block).line + lineInText - 1, column: 1 };
  }
  return { line: 1, column: 1 };
}

function parentOf(path: string): string {
  return path.replace(/(?:\["(?:[^"\\]|\\.)*"\]|\[\d+\]|\.?[^.[\]]+)$/, '');
}

function placeFinder(text: string): (offset: number) => Place {
  const starts = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((match) => match.index + match[0].length)];
  return (offset) => {
    const after = starts.findIndex((start) => start > offset);
    const line = after === -1 ? starts.length : after;
    return { line, column: offset - (starts[line - 1] ?? 0) + 1 };
  };
}
