import { Interrupted, type Interruption } from '../wire/interruption.ts';
import { Disconnected } from '../wire/paced-output.ts';
import { Account, type TnsService } from './account.ts';
import { notPlayed, TnsError } from './answer.ts';
import { readClientNames } from './values/client-names.ts';
import { Execution } from './execution.ts';
import { LoginExchange, readLogin } from './login.ts';
import { MessageType, writeDataTypes, writeEndOfCall, writeProtocol, writeStatus } from './messages.ts';
import type { AnswerWriter } from './packets.ts';
import { TtcReader } from './ttc-reader.ts';

/** What a client calls. */
const Call = {
  reexecute: 4,
  fetch: 5,
  logOff: 9,
  commit: 14,
  rollback: 15,
  reexecuteAndFetch: 78,
  execute: 94,
  closeCursors: 105,
  authenticate: 115,
  greet: 118,
  cancelCursors: 120,
  nameClient: 135,
  ping: 147,
} as const;

/** What one client may do once it speaks TTC, from the first message on. */
export class Session {
  readonly #answer: AnswerWriter;
  readonly #account: Account;
  readonly #execution: Execution;
  #login: LoginExchange | undefined;

  constructor(service: TnsService, answer: AnswerWriter, drop: () => void) {
    this.#answer = answer;
    this.#account = new Account(service);
    this.#execution = new Execution(this.#account, answer, drop);
  }

  connectedTo(serviceName: string): void {
    this.#account.serviceName = serviceName;
  }

  /** @throws Interrupted if the client takes the request back, Disconnected if it is gone */
  async serve(request: Buffer, interruption: Interruption): Promise<void> {
    const reader = new TtcReader(request);
    try {
      while (reader.more) await this.#message(reader, interruption);
    } catch (error) {
      if (error instanceof Interrupted || error instanceof Disconnected) throw error;
      this.#fail(error instanceof TnsError ? error : broken(error));
    }
    await this.#answer.end();
  }

  /** What the client is told after it has taken a request back. */
  async cancelled(): Promise<void> {
    this.#fail(new TnsError(1013, 'user requested cancel of current operation'));
    await this.#answer.end();
  }

  close(): void {
    this.#execution.closeAll();
  }

  async #message(reader: TtcReader, interruption: Interruption): Promise<void> {
    const type = reader.u8();
    if (type === MessageType.protocol || type === MessageType.dataTypes) {
      if (type === MessageType.protocol) writeProtocol(this.#answer.messages);
      else writeDataTypes(this.#answer.messages);
      reader.rest();
      return;
    }
    const call = reader.u8();
    const sequenceNumber = 1;
    reader.skip(sequenceNumber);
    if (type === MessageType.call) await this.#call(call, reader, interruption);
    else if (type === MessageType.piggyback) this.#piggyback(call, reader);
    else throw notPlayed(`messages of the type ${type}`);
  }

  /** What comes along with a call and has no answer. */
  #piggyback(call: number, reader: TtcReader): void {
    if (call === Call.nameClient) this.#account.rename(readClientNames(reader));
    else if (call === Call.closeCursors || call === Call.cancelCursors) {
      this.#execution.closeCursors(reader, call === Call.closeCursors);
    } else throw notPlayed(`the piggyback ${call}`);
  }

  async #call(call: number, reader: TtcReader, interruption: Interruption): Promise<void> {
    switch (call) {
      case Call.greet:
        this.#greet(reader);
        break;
      case Call.authenticate:
        this.#authenticate(reader);
        break;
      case Call.execute:
        await this.#execution.execute(reader, interruption);
        return;
      case Call.reexecute:
      case Call.reexecuteAndFetch:
        await this.#execution.reexecute(reader, call === Call.reexecuteAndFetch, interruption);
        return;
      case Call.fetch:
        await this.#execution.fetch(reader, interruption);
        return;
      case Call.commit:
      case Call.rollback:
        this.#account.record(call === Call.commit ? 'COMMIT' : 'ROLLBACK');
        this.#account.transaction = 'none';
        break;
      case Call.logOff:
      case Call.ping:
        break;
      default:
        throw notPlayed(`the call ${call}`);
    }
    writeStatus(this.#answer.messages, { inTransaction: this.#account.inTransaction });
  }

  #greet(reader: TtcReader): void {
    const { user } = readLogin(reader);
    const { users, passwordVersion } = this.#account.service;
    const password = Object.hasOwn(users, user) ? users[user] : undefined;
    this.#login = new LoginExchange(user, password, passwordVersion);
    this.#login.writeChallenge(this.#answer.messages);
  }

  #authenticate(reader: TtcReader): void {
    if (this.#login === undefined) throw notPlayed('logins without a password');
    const { user } = this.#login;
    const sessionKey = this.#login.verify(readLogin(reader).pairs);
    const refusal = this.#account.service.refuseLogin(user);
    if (refusal !== undefined) throw refusal;
    this.#login.writeWelcome(this.#answer.messages, sessionKey, this.#account.serviceName);
    this.#account.loggedIn(user);
  }

  #fail(error: TnsError): void {
    writeEndOfCall(this.#answer.messages, { inTransaction: this.#account.inTransaction, error });
  }
}

/** A mistake in the test or in the stand-in, which the driver shows to the test. */
function broken(error: unknown): TnsError {
  return new TnsError(600, `the TNS stand-in failed: ${String(error)}`);
}
