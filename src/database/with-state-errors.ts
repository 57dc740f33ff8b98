import type { Database } from './database.ts';
import { stateError } from './state-errors.ts';

/** Wraps work on an open database in a method: its errors name the database, as `stateError` does. */
export function withStateErrors<Opened extends Database>(database: Opened) {
  return <Args extends unknown[], Answer>(work: (database: Opened, ...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      try {
        return await work(database, ...args);
      } catch (thrown) {
        throw stateError(thrown, database.location);
      }
    };
}

/** The same for an async iterable. */
export function streamWithStateErrors({ location }: Pick<Database, 'location'>) {
  return async function* <Item>(items: AsyncIterable<Item>): AsyncIterable<Item> {
    try {
      yield* items;
    } catch (thrown) {
      throw stateError(thrown, location);
    }
  };
}
