import {
  constructFromEvents,
  EVENT_ID,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  YAMLException,
  type Event,
} from 'js-yaml';
import { CONNECTOR_PROBLEMS_MAX, CONNECTOR_YAML_DEPTH_MAX } from '../limits.ts';
import { displayPath, type FieldFinding, type Segment } from '../problem.ts';
import type { Place } from './text-lines.ts';
import { startOf, YamlPlaces, type Anchor, type RawProblem } from './yaml-places.ts';
import { sizeProblem } from './yaml-size.ts';

/** A problem of the text itself, with its place but without the file's name. */
type YamlProblem = Pick<FieldFinding, 'code' | 'path' | 'message' | 'fix'> & Place;

export interface YamlReading {
  /** Undefined when the text has no single readable document. */
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** The place of a path; if the path is not in the text, the place of its nearest parent. */
  locate(path: string, lineInText?: number): Place;
}

/** Reads one YAML document with the place of every value. Never throws: errors are reported in `problems`. */
export function readYaml(text: string): YamlReading {
  const places = new YamlPlaces(text);
  const reading = (value: unknown, problems: readonly RawProblem[]): YamlReading => ({
    value,
    problems: problems.map(({ offset, ...problem }) => ({ ...problem, ...places.at(offset) })),
    locate: (path, lineInText) => places.of(path, lineInText),
  });
  try {
    const events = parseEvents(text, { maxDepth: CONNECTOR_YAML_DEPTH_MAX });
    const refusal = documentCountProblem(text, events) ?? sizeProblem(text, events);
    if (refusal !== undefined) return reading(undefined, [refusal]);
    const problems = new Walk(text, events, places).problems;
    if (problems.some((problem) => problem.code !== 'duplicate_key')) return reading(undefined, problems);
    // With `json`, the last of two equal keys wins: the duplicate is reported, and the rest of the file is still checked.
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
      fix: 'a definition, starting with apiVersion: sync.gemini.io/v1alpha1 and its kind',
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
    message: `The file has ${starts.length} YAML documents; it must have one.`,
    fix: 'one file for each definition, without the line ---',
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

/** Makes one pass over the events and records the places of all values and the syntax that a connector file may not use. */
class Walk {
  readonly problems: RawProblem[] = [];
  readonly #text: string;
  readonly #events: readonly Event[];
  readonly #places: YamlPlaces;
  #next = 1;

  constructor(text: string, events: readonly Event[], places: YamlPlaces) {
    this.#text = text;
    this.#events = events;
    this.#places = places;
    this.#content([], 0, places.root);
  }

  #node(segments: readonly Segment[], start: number, parent: Anchor): void {
    const event = this.#events[this.#next];
    const isBlock =
      event?.type === EVENT_ID.SCALAR &&
      (event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK);
    const place = isBlock ? { start, block: event.valueStart } : { start };
    this.#content(segments, start, this.#places.add(parent, segments.at(-1) ?? '', place));
  }

  #content(segments: readonly Segment[], start: number, anchor: Anchor): void {
    const event = this.#events[this.#next];
    this.#next += 1;
    if (event === undefined || event.type === EVENT_ID.SCALAR) return;
    if (event.type === EVENT_ID.ALIAS) this.#refuseAlias(segments, start);
    if (event.type === EVENT_ID.MAPPING) this.#mapping(segments, start, anchor);
    if (event.type === EVENT_ID.SEQUENCE) this.#sequence(segments, start, anchor);
  }

  #mapping(segments: readonly Segment[], start: number, anchor: Anchor): void {
    const lines = new Map<string, number>();
    while (!this.#pop()) {
      const key = this.#events[this.#next];
      if (key?.type !== EVENT_ID.SCALAR) {
        this.#refuseKey(segments, start);
        // Reads the key and its value, so that the walk continues after them.
        this.#node([...segments, '?'], start, anchor);
        this.#node([...segments, '?'], start, anchor);
        continue;
      }
      this.#next += 1;
      const name = getScalarValue(this.#text, key);
      const at = startOf(key) === -1 ? start : startOf(key);
      const path = [...segments, name];
      const first = lines.get(name);
      if (first !== undefined) this.#refuseDuplicate(path, at, first);
      lines.set(name, first ?? at);
      this.#node(path, at, anchor);
    }
  }

  #sequence(segments: readonly Segment[], start: number, anchor: Anchor): void {
    for (let index = 0; !this.#pop(); index += 1) {
      const item = this.#events[this.#next];
      const at = item === undefined ? -1 : startOf(item);
      this.#node([...segments, index], at === -1 ? start : at, anchor);
    }
  }

  /** Steps over the end of a collection, if the next event is one. */
  #pop(): boolean {
    const event = this.#events[this.#next];
    if (event !== undefined && event.type !== EVENT_ID.POP) return false;
    this.#next += 1;
    return true;
  }

  #refuse(problem: RawProblem): void {
    if (this.problems.length <= CONNECTOR_PROBLEMS_MAX) this.problems.push(problem);
  }

  #refuseAlias(segments: readonly Segment[], offset: number): void {
    this.#refuse({
      code: 'yaml_alias',
      offset,
      path: displayPath(segments),
      message: 'This is a reference (*name) to another place of the file, which a definition may not use.',
      fix: 'the value itself',
    });
  }

  #refuseKey(segments: readonly Segment[], offset: number): void {
    this.#refuse({
      code: 'yaml_key',
      offset,
      path: displayPath(segments),
      message:
        'This key is not a string: a value that starts with {{ or [ and has no quotes reads as a mapping or list.',
      fix: 'the value in quotes, for example "{{ title }}"',
    });
  }

  #refuseDuplicate(segments: readonly Segment[], offset: number, first: number): void {
    const { line } = this.#places.at(first);
    this.#refuse({
      code: 'duplicate_key',
      offset,
      path: displayPath(segments),
      message: `Duplicate key ${displayPath(segments.slice(-1))} (first on line ${line}).`,
      fix: 'keep one of them',
    });
  }
}
