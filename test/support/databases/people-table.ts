/** One row of the table that the connector of `workplace` reads; `id` null is a row to be quarantined. */
export type Person = readonly [id: number | null, name: string, team: string, updatedAt?: string];

/** Statements that make a table of these people, in place of what was there. */
export function peopleTable(people: readonly Person[], table = 'people'): string {
  const values = people.map(
    ([id, name, team, updatedAt = '2026-01-01 00:00:00+00']) =>
      `(${id ?? 'NULL'}, ${text(name)}, ${text(team)}, ${text(updatedAt)})`,
  );
  const insert = values.length === 0 ? '' : `INSERT INTO ${table} VALUES ${values.join(', ')};`;
  return `DROP TABLE IF EXISTS ${table};
    CREATE TABLE ${table} (id bigint, name text, team text, updated_at timestamptz);
    ${insert}`;
}

/** People numbered from `first`, all in one team. */
export function somePeople(count: number, first = 1): Person[] {
  return Array.from({ length: count }, (_, index) => [first + index, `Person ${first + index}`, 'Sales']);
}

/** Eight people, and the same after two have left, one has changed and one has joined. */
export const eightPeople: readonly Person[] = somePeople(8);
export const changedPeople: readonly Person[] = [
  ...eightPeople.slice(2, 7),
  [8, 'Person 8, Jr.', 'Sales'],
  ...somePeople(1, 9),
];

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
