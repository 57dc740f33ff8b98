import { type Command, InvalidArgumentError, Option } from 'commander';
import { isConnectorName } from '../../definitions/connector/connector-name.ts';
import { keyIdOf, RIGHTS, type Right } from '../../core/secrets/access-key.ts';
import { BridgeError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-status.ts';
import { KEY_DAYS_MAX, KEY_NAME_CHARACTERS_MAX } from '../limits.ts';
import type { ServerState } from '../../app/serve/server-state.ts';
import type { CommandIo } from '../command-io.ts';
import { commandLineActor } from '../environment/command-line-actor.ts';
import { KEYS, KEYS_CREATE, KEYS_LIST, KEYS_REVOKE } from '../help/commands/keys.ts';
import { DocumentedCommand, HELP_SUMMARY } from '../help/documented-command.ts';
import { keyJson, keyTable } from '../output/lists/key-list.ts';
import { logOfChanges } from '../output/stderr-logger.ts';
import { wrapIndented, wrapWidth } from '../output/wrap.ts';

/**
 * This notice is printed because a server that started without keys stays open, which a user would not expect after creating
 * one.
 */
const FIRST_KEY =
  'This is the first key. A server that runs without keys accepts requests from its own machine without one until it is restarted.\n';

const DAY_MS = 86_400_000;

interface CreateFlags {
  readonly name: string;
  readonly right: Right;
  readonly connector?: string;
  readonly expiresDays?: number;
  readonly json?: true;
}

/**
 * `keys`: creates, lists and revokes the server's keys.
 * @throws BridgeError KEY_UNKNOWN, USAGE, STATE_* and ENVIRONMENT_INVALID
 */
export function keysCommand(io: CommandIo): Command {
  const keys = new DocumentedCommand('keys', KEYS).helpCommand('help [command]', HELP_SUMMARY);
  for (const make of [createCommand, listCommand, revokeCommand]) {
    keys.addCommand(make(io));
  }
  return keys;
}

function createCommand(io: CommandIo): Command {
  return new DocumentedCommand('create', KEYS_CREATE)
    .requiredOption('--name <text>', 'owner of the key, shown in the list and the log', keyName)
    .addOption(
      new Option(
        '--right <right>',
        'what the key allows; author includes read, operate includes author, admin includes all',
      )
        .choices(RIGHTS)
        .makeOptionMandatory(),
    )
    .option('--connector <id>', 'the only connector that a push key may push to (default: all)', connectorId)
    .option('--expires-days <number>', 'days until the key expires (default: never)', days)
    .option('--json', 'print one object on stdout')
    .action((flags: CreateFlags) => create(flags, io));
}

async function create({ name, right, connector, expiresDays, json }: CreateFlags, io: CommandIo) {
  if (connector !== undefined && right !== 'push') {
    throw new BridgeError('USAGE', `--connector is for push keys; a key to ${right} is for all connectors.`, {
      hint: 'Leave --connector out, or use --right push.',
    });
  }
  const { makeAccessKey } = await import('../../app/serve/make-access-key.ts');
  const { isFirst, key, stored, now } = await withState(io, async (state) => {
    // The servers compare the expiry of a key with the clock of their database.
    const now = await state.keys.now();
    const expiresAt =
      expiresDays === undefined ? null : new Date(now.getTime() + expiresDays * DAY_MS).toISOString();
    const wanted = { name, right, connectorId: connector ?? null, expiresAt };
    const isFirst = !(await state.keys.any());
    return { isFirst, now, ...(await makeAccessKey(state, wanted, now, commandLineActor())) };
  });
  if (json === true) {
    io.stdout.write(`${JSON.stringify({ ...keyJson(stored, now), key })}\n`);
  } else {
    io.stderr.write(`Key ${stored.id}, right ${right}. It is shown only once:\n`);
    io.stdout.write(`${key}\n`);
  }
  if (isFirst) io.stderr.write(wrapIndented(FIRST_KEY, wrapWidth(io.stderr)));
  io.exit(EXIT.done);
}

function listCommand(io: CommandIo): Command {
  return new DocumentedCommand('list', KEYS_LIST)
    .option('--json', 'print one object on stdout')
    .action(async ({ json }: { readonly json?: true }) => {
      const { keys, now } = await withState(io, async (state) => ({
        keys: await state.keys.list(),
        now: await state.keys.now(),
      }));
      io.stdout.write(
        json === true
          ? `${JSON.stringify({ keys: keys.map((key) => keyJson(key, now)) })}\n`
          : keyTable(keys, now, wrapWidth(io.stdout)),
      );
      io.exit(EXIT.done);
    });
}

function revokeCommand(io: CommandIo): Command {
  return new DocumentedCommand('revoke', KEYS_REVOKE)
    .argument('<id>', 'key id as shown by `keys list` (the part after gsb_), or the key itself')
    .option('--json', 'print one object on stdout')
    .action(async (id: string, { json }: { readonly json?: true }) => {
      const { key, now } = await withState(io, async (state) => {
        const now = await state.keys.now();
        return { now, key: await state.keys.revoke(keyIdOf(id) ?? id, now, commandLineActor()) };
      });
      if (key === undefined) throw unknownKey(id);
      io.stdout.write(
        json === true
          ? `${JSON.stringify(keyJson(key, now))}\n`
          : `Key ${key.id} was revoked at ${key.revokedAt ?? ''}.\n`,
      );
      io.exit(EXIT.done);
    });
}

/** If the user passed the whole key, the message does not repeat it. */
function unknownKey(id: string): BridgeError {
  const named = /^[\w-]{1,20}$/.test(id) ? ` ${id}` : '';
  return new BridgeError('KEY_UNKNOWN', `No key has the id${named}.`, {
    hint: 'Run gemini-sync-bridge keys list to see the ids.',
  });
}

async function withState<Answer>(io: CommandIo, work: (state: ServerState) => Promise<Answer>) {
  const { openServerState } = await import('../../app/serve/server-state.ts');
  const state = await openServerState({
    databaseUrl: io.env.databaseUrl,
    cwd: io.cwd,
    ...logOfChanges(io),
  });
  try {
    return await work(state);
  } finally {
    await state.close();
  }
}

/** A name may contain letters of any language, but no characters that could forge a line of a log or a list. */
function keyName(text: string): string {
  if (text.trim() !== '' && text.length <= KEY_NAME_CHARACTERS_MAX && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text))
    return text;
  throw new InvalidArgumentError(`Must have 1 to ${KEY_NAME_CHARACTERS_MAX} printable characters.`);
}

function connectorId(text: string): string {
  if (isConnectorName(text)) return text;
  throw new InvalidArgumentError('Must be the name of a connector, as in metadata.name.');
}

function days(text: string): number {
  const value = Number(text);
  if (/^[1-9]\d*$/.test(text) && value <= KEY_DAYS_MAX) return value;
  throw new InvalidArgumentError(`Must be a whole number from 1 to ${KEY_DAYS_MAX}.`);
}
