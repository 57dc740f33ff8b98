import { TnsError, type TnsHandler, type TnsSession, type TnsValue } from './answer.ts';
import type { PasswordVersion } from './login.ts';

/** What came in, as SQL, also where the protocol has a message of its own for it. */
export interface TnsStatement {
  readonly sql: string;
  readonly binds: readonly TnsValue[];
  /** The client wanted to know the columns, and no rows. */
  readonly describeOnly: boolean;
  /** As it was when the statement came. */
  readonly session: Omit<TnsSession, 'drop'>;
}

/** What all sessions of a server have in common. */
export interface TnsService {
  /** Passwords by user, the user in upper case. */
  readonly users: Readonly<Record<string, string>>;
  readonly passwordVersion: PasswordVersion;
  /** Refuses a login whose password is right, as for an account that is locked. */
  readonly refuseLogin: (user: string) => TnsError | undefined;
  readonly handler: TnsHandler;
  /** All that came in, in this order. */
  readonly statements: TnsStatement[];
  /** How many sessions have logged in. */
  sessions: number;
}

/** Who a session is and in which transaction. */
export class Account {
  readonly service: TnsService;
  /** What the listener has connected to. */
  serviceName = '';
  transaction: TnsSession['transaction'] = 'none';
  #who: { readonly id: number; readonly user: string } | undefined;

  #names: TnsSession['names'] = {};

  constructor(service: TnsService) {
    this.service = service;
  }

  get inTransaction(): boolean {
    return this.transaction !== 'none';
  }

  loggedIn(user: string): void {
    this.service.sessions += 1;
    this.#who = { id: this.service.sessions, user };
  }

  rename(names: TnsSession['names']): void {
    this.#names = { ...this.#names, ...names };
  }

  record(sql: string, binds: readonly TnsValue[] = [], describeOnly = false): void {
    this.service.statements.push({ sql, binds, describeOnly, session: this.now() });
  }

  /** @throws TnsError ORA-01012 before the login */
  now(): TnsStatement['session'] {
    if (this.#who === undefined) throw new TnsError(1012, 'not logged on');
    return { ...this.#who, service: this.serviceName, transaction: this.transaction, names: this.#names };
  }
}
