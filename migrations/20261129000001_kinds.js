// @ts-check

/**
 * Leases, checkpoints, runs and alerts belong to a kind and a name, so that a knowledge source or an app may have the name of a
 * connector. `connector_id` is the name within the kind. What is there already is of connectors, except the leases on delivery
 * targets, whose names have slashes.
 *
 * @typedef {import('knex').Knex} Knex
 */

const KIND = 'connector';
const TIMES = 'started_at, run_id';

/**
 * The indexes of `run_state` by name. Those of one connector, or of connectors alone, begin with the kind after this migration.
 */
const RUN_INDEXES = {
  run_state_newest: `(${TIMES}, status)`,
  run_state_of_connector: `(connector_id, ${TIMES}, status)`,
  run_state_of_status: `(status, ${TIMES})`,
  run_state_of_connector_and_status: `(connector_id, status, ${TIMES})`,
  run_state_of_connector_by_fence: `(connector_id, fence, ${TIMES}, status)`,
  run_state_committed: `(connector_id, committed_fence, fence, committed_at, ${TIMES}) where committed_at is not null`,
  run_state_success: `(connector_id, fence, ${TIMES}) where status = 'SUCCESS'`,
};

/** @param {Knex} knex */
export async function up(knex) {
  await addKind(knex, 'run_state');
  await replaceRunIndexes(knex, (columns) => columns.replace('(', '(kind, '));

  // The id of a checkpoint is the scope of its records, so the table is never copied.
  await knex.schema.alterTable('connector_checkpoints', (table) => {
    table.dropUnique(['connector_id', 'target']);
  });
  await addKind(knex, 'connector_checkpoints');
  await knex.schema.alterTable('connector_checkpoints', (table) => {
    table.unique(['kind', 'connector_id', 'target']);
  });

  await knex.schema.alterTable('connector_leases', (table) => {
    table.dropUnique(['connector_id', 'fence']);
  });
  await addKind(knex, 'connector_leases');
  await knex('connector_leases').where('connector_id', 'like', '%/%').update({ kind: 'target' });
  await changePrimaryKey(knex, LEASES, ['kind', 'connector_id']);
  // Makes the fence a key for Postgres: a commit can lock it against a new owner and still let the heartbeat through.
  await knex.schema.alterTable('connector_leases', (table) => {
    table.unique(['kind', 'connector_id', 'fence']);
  });

  await addKind(knex, 'alert_state');
  await changePrimaryKey(knex, ALERTS, ['kind', 'connector_id', 'target', 'signature']);
}

/**
 * An older version would take what is of another kind for that of a connector, so it goes.
 *
 * @param {Knex} knex
 */
export async function down(knex) {
  await deleteOtherKinds(knex);

  await replaceRunIndexes(knex, (columns) => columns);
  await dropKind(knex, 'run_state');

  await knex.schema.alterTable('connector_checkpoints', (table) => {
    table.dropUnique(['kind', 'connector_id', 'target']);
  });
  await dropKind(knex, 'connector_checkpoints');
  await knex.schema.alterTable('connector_checkpoints', (table) => {
    table.unique(['connector_id', 'target']);
  });

  await knex.schema.alterTable('connector_leases', (table) => {
    table.dropUnique(['kind', 'connector_id', 'fence']);
  });
  await changePrimaryKey(knex, LEASES, ['connector_id']);
  await dropKind(knex, 'connector_leases');
  await knex.schema.alterTable('connector_leases', (table) => {
    table.unique(['connector_id', 'fence']);
  });

  await changePrimaryKey(knex, ALERTS, ['connector_id', 'target', 'signature']);
  await dropKind(knex, 'alert_state');
}

/** @param {Knex} knex */
async function deleteOtherKinds(knex) {
  const runs = knex('run_state').select('run_id').whereNot({ kind: KIND });
  for (const table of ['delivery_steps', 'rejected_documents', 'staged_records'])
    await knex(table).whereIn('run_id', runs).delete();
  const scopes = knex('connector_checkpoints').select('id').whereNot({ kind: KIND });
  await knex('record_state').whereIn('scope_id', scopes).delete();
  for (const table of ['run_state', 'connector_checkpoints', 'alert_state'])
    await knex(table).whereNot({ kind: KIND }).delete();
  await knex('connector_leases').whereNotIn('kind', [KIND, 'target']).delete();
}

/**
 * @param {Knex} knex
 * @param {(columns: string) => string} changed
 */
async function replaceRunIndexes(knex, changed) {
  for (const [name, columns] of Object.entries(RUN_INDEXES)) {
    await knex.raw(`drop index ${name}`);
    await knex.raw(`create index ${name} on run_state ${changed(columns)}`);
  }
}

/**
 * @param {Knex} knex
 * @param {string} name
 */
async function addKind(knex, name) {
  await knex.schema.alterTable(name, (table) => {
    table.text('kind').notNullable().defaultTo(KIND).comment('of what is run; in a lease also: target');
  });
}

/**
 * @param {Knex} knex
 * @param {string} name
 */
async function dropKind(knex, name) {
  await knex.raw(`alter table ${name} drop column kind`);
}

/** A table with its columns, except its primary key, at the time of this migration. */
const LEASES = {
  name: 'connector_leases',
  /** @param {Knex.CreateTableBuilder} table */
  define(table) {
    table.text('kind').notNullable().defaultTo(KIND);
    table.text('connector_id').notNullable();
    table.integer('fence').notNullable();
    table.text('run_id');
    table.text('host');
    table.integer('pid');
    table.text('acquired_at');
    table.double('expires_at').notNullable();
  },
};

const ALERTS = {
  name: 'alert_state',
  /** @param {Knex.CreateTableBuilder} table */
  define(table) {
    table.text('kind').notNullable().defaultTo(KIND);
    table.text('connector_id').notNullable();
    table.text('target').notNullable();
    table.text('signature').notNullable();
    table.text('claimed_by');
    table.double('claimed_at');
    table.double('sent_at');
    table.smallint('unresolved').notNullable().defaultTo(0);
  },
};

/**
 * SQLite cannot change a primary key, so the rows move to another table. In Postgres that would lose what others may do with
 * the table, so there it stays.
 *
 * @param {Knex} knex
 * @param {typeof LEASES} table
 * @param {string[]} key
 */
async function changePrimaryKey(knex, { name, define }, key) {
  if (knex.client.driverName === 'pg') {
    await knex.schema.alterTable(name, (table) => {
      table.dropPrimary();
    });
    await knex.schema.alterTable(name, (table) => {
      table.primary(key);
    });
    return;
  }
  const rebuilt = `${name}_rebuilt`;
  await knex.schema.createTable(rebuilt, (table) => {
    define(table);
    table.primary(key);
  });
  const columns = Object.keys(await knex(rebuilt).columnInfo()).join(', ');
  await knex.raw(`insert into ${rebuilt} (${columns}) select ${columns} from ${name}`);
  await knex.schema.dropTable(name);
  await knex.schema.renameTable(rebuilt, name);
}
