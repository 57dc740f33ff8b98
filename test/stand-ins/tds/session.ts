import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Interruption } from '../wire/interruption.ts';
import { admit, writeWelcome, type Admission } from './admission.ts';
import { notPlayed, type TdsHandler, type TdsParameters, type TdsSession } from './answer.ts';
import { readLogin } from './login.ts';
import { PacketType, type Message } from './packets.ts';
import { pastHeaders, readBatch, readCall, type Request } from './requests.ts';
import { Response } from './response.ts';
import { Done, DoneStatus, writeDone } from './tokens.ts';
import {
  ownStatements,
  readTransactionRequest,
  TransactionState,
  type OwnStatement,
} from './transactions.ts';

/** What came in, as SQL, also where the protocol has a message of its own for it. */
export interface TdsStatement {
  readonly sql: string;
  readonly parameters: TdsParameters;
  /** As it was when the statement came. */
  readonly session: Omit<TdsSession, 'drop'>;
}

export interface TdsService extends Admission {
  readonly handler: TdsHandler;
  /** All that came in, in this order. */
  readonly statements: TdsStatement[];
  /** How many sessions have logged in. */
  sessions: number;
}

const DEFAULT_DATABASE = 'master';

/** What one client may do once it speaks, from its login on. */
export class Session {
  readonly #service: TdsService;
  readonly #socket: Socket;
  readonly #transaction = new TransactionState();
  #who: Pick<TdsSession, 'id' | 'user' | 'database' | 'application'> | undefined;
  encryption: TdsSession['encryption'] = 'none';
  response: Response;

  constructor(socket: Socket, service: TdsService) {
    this.#service = service;
    this.#socket = socket;
    this.response = new Response(socket);
  }

  /** From now on all goes over this stream. */
  encrypted(encryption: TdsSession['encryption'], stream: Duplex): void {
    this.encryption = encryption;
    this.response = new Response(stream);
  }

  async serve({ type, body, ignored, reset }: Message, interruption: Interruption): Promise<void> {
    const procedure = type === PacketType.rpc;
    await this.response.to(async () => {
      if (reset) throw notPlayed('the reset of a connection');
      if (ignored) writeDone(this.response.writer.tokens, Done.statement, DoneStatus.final);
      else if (type === PacketType.login) this.#logIn(body);
      else if (type === PacketType.batch) await this.#batch(readBatch(body), interruption);
      else if (procedure) await this.#execute(readCall(body), interruption);
      else if (type === PacketType.transaction) this.#own(readTransactionRequest(pastHeaders(body)));
      else if (type === PacketType.attention) this.#acknowledge();
      else throw notPlayed(`messages of the type ${type}`);
    }, procedure);
    if (type === PacketType.login && this.#who === undefined) this.#socket.end();
  }

  #logIn(body: Buffer): void {
    const login = readLogin(body);
    if (this.#service.encryption === 'required' && this.encryption === 'none') {
      throw notPlayed('a login in clear where encryption is required');
    }
    admit(login, this.#service);
    const database = login.database === '' ? DEFAULT_DATABASE : login.database;
    const { writer } = this.response;
    const packetBytes = writeWelcome(writer.tokens, login, database);
    writeDone(writer.tokens, Done.statement, DoneStatus.final);
    writer.packetBytes = packetBytes;
    this.#service.sessions += 1;
    this.#who = { id: this.#service.sessions, user: login.user, database, application: login.application };
  }

  async #batch(request: Request, interruption: Interruption): Promise<void> {
    const own = ownStatements(request.sql);
    if (own === undefined) {
      await this.#execute(request, interruption);
      return;
    }
    this.#record(request);
    for (const statement of own) this.#transaction.apply(statement, this.response.writer.tokens);
    writeDone(this.response.writer.tokens, Done.statement, DoneStatus.final);
  }

  async #execute(request: Request, interruption: Interruption): Promise<void> {
    const { sql, parameters, procedure } = request;
    this.#record(request);
    const session = { ...this.#state(), drop: () => this.#socket.destroy() };
    const answer = await interruption.wait(Promise.resolve(this.#service.handler(sql, parameters, session)));
    const results = 'length' in answer ? answer : [answer];
    await this.response.results(results, procedure, interruption);
  }

  #own(statement: OwnStatement): void {
    const sql = `${statement.does.toUpperCase()} TRANSACTION`;
    this.#record({ sql, parameters: {}, procedure: false });
    this.#transaction.apply(statement, this.response.writer.tokens);
    writeDone(this.response.writer.tokens, Done.statement, DoneStatus.final);
  }

  #acknowledge(): void {
    writeDone(this.response.writer.tokens, Done.statement, DoneStatus.attention);
  }

  #record({ sql, parameters }: Request): void {
    this.#service.statements.push({ sql, parameters, session: this.#state() });
  }

  /** @throws TdsError before the login */
  #state(): TdsStatement['session'] {
    if (this.#who === undefined) throw notPlayed('statements before the login');
    const { isolationLevel, open } = this.#transaction;
    return { ...this.#who, encryption: this.encryption, isolationLevel, inTransaction: open };
  }
}
