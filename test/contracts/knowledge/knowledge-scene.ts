import type { DatabaseAddress } from '../../../src/database/database.ts';

/** Makes an empty database for one test. */
export type MakeDatabase = () => Promise<DatabaseAddress>;
