/** What is wrong with a value of a scalar type in proto3's JSON form; undefined if nothing is. */
export function scalarProblem(type: string, value: unknown): string | undefined {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? undefined : 'must be a string';
    case 'bool':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'bytes':
      return typeof value === 'string' && isBase64(value) ? undefined : 'must be a string of base64';
    case 'double':
    case 'float':
      return typeof value === 'number' ? undefined : 'must be a number';
    default:
      return integerProblem(type, value);
  }
}

/** Canonical base64 only: a decoder that skips what it does not know would take anything. */
function isBase64(text: string): boolean {
  return Buffer.from(text, 'base64').toString('base64') === text;
}

function integerProblem(type: string, value: unknown): string | undefined {
  const unsigned = type.startsWith('u') || type.startsWith('fixed');
  if (type.endsWith('64')) {
    const digits = unsigned ? /^\d{1,20}$/ : /^-?\d{1,19}$/;
    return typeof value === 'string' && digits.test(value) ? undefined : 'must be a string of decimal digits';
  }
  const [least, most] = unsigned ? [0, 2 ** 32 - 1] : [-(2 ** 31), 2 ** 31 - 1];
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
  return fits ? undefined : `must be an integer of ${type}`;
}

/** Messages whose JSON is not an object of their fields. `google.protobuf.Any` is not here: it holds other messages. */
const WELL_KNOWN: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  'google.protobuf.Struct': (value) =>
    isPlainObject(value) ? undefined : 'must be a JSON object of its own, as a Struct is',
  'google.protobuf.Value': () => undefined,
  'google.protobuf.NullValue': (value) => (value === null ? undefined : 'must be null'),
  'google.protobuf.ListValue': (value) => (Array.isArray(value) ? undefined : 'must be an array'),
  'google.protobuf.Timestamp': (value) =>
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(value) &&
    !Number.isNaN(Date.parse(value))
      ? undefined
      : 'must be a time such as 2026-11-20T12:00:00Z',
  'google.protobuf.Duration': (value) =>
    typeof value === 'string' && /^-?\d+(\.\d{1,9})?s$/.test(value)
      ? undefined
      : 'must be a duration such as 3.5s',
  'google.protobuf.FieldMask': (value) =>
    typeof value === 'string' && /^([a-z][a-zA-Z0-9]*(\.[a-z][a-zA-Z0-9]*)*(,(?!$)|$))*$/.test(value)
      ? undefined
      : 'must be field paths in lowerCamelCase with commas between',
};

export function isWellKnown(type: string): boolean {
  return type in WELL_KNOWN;
}

/** What is wrong with a value of a well-known type; undefined if nothing is. */
export function wellKnownProblem(type: string, value: unknown): string | undefined {
  return WELL_KNOWN[type]?.(value);
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  // {fields: {title: {stringValue: …}}} is what a Struct looks like inside Google's clients, never on the wire.
  const keys = Object.keys(value);
  return !(keys.length === 1 && keys[0] === 'fields' && 'fields' in value && looksInternal(value.fields));
}

function looksInternal(fields: unknown): boolean {
  if (typeof fields !== 'object' || fields === null) return false;
  const values = Object.values(fields);
  const forms = ['nullValue', 'numberValue', 'stringValue', 'boolValue', 'structValue', 'listValue'];
  return (
    values.length > 0 &&
    values.every((value: unknown) => {
      if (typeof value !== 'object' || value === null) return false;
      const [form, ...more] = Object.keys(value);
      return form !== undefined && more.length === 0 && forms.includes(form);
    })
  );
}
