// Preloaded into `killable-run.ts`: its process kills itself with SIGKILL before or after the n-th statement of a kind that writes to
// the state, such as `copy record_state: after 2`, if STATEMENT_POINT says so. A run that ends writes all such points to stdout.
// A commit is named after the last write before it: `commit after insert connector_checkpoints: before 1`.
const process = require('node:process');
const Libsql = require('libsql');
const LibsqlOfPromises = require('libsql/promise');
const pg = require('pg');

const passed = new Map();
/** The last write of each connection. */
const lastWrites = new WeakMap();

function reach(name) {
  const times = (passed.get(name) ?? 0) + 1;
  passed.set(name, times);
  if (`${name} ${times}` !== process.env.STATEMENT_POINT) return;
  process.kill(process.pid, 'SIGKILL');
  for (;;) {
    // Not one instruction of the run may follow.
  }
}

/** Returns the name of a statement that writes or commits; undefined for any other. */
function nameOf(connection, sql) {
  if (/^commit/i.test(sql)) return `commit after ${lastWrites.get(connection) ?? 'nothing'}`;
  const [, verb, table] = /^(insert|update|delete|copy)\s+(?:into\s+|from\s+)?["`]?(\w+)/i.exec(sql) ?? [];
  if (verb === undefined || /\bto stdout\b/.test(sql)) return undefined;
  const name = `${verb.toLowerCase()} ${table}`;
  lastWrites.set(connection, name);
  return name;
}

const { prepare } = Libsql.prototype;
Libsql.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql);
  for (const method of ['run', 'all', 'get']) {
    const execute = statement[method];
    statement[method] = (...bindings) => {
      const name = nameOf(this, sql);
      if (name === undefined) return execute.apply(statement, bindings);
      reach(`${name}: before`);
      const answer = execute.apply(statement, bindings);
      reach(`${name}: after`);
      return answer;
    };
  }
  return statement;
};

/** The same for what the driver carries out in a thread of its own. */
async function reachAround(connection, sql, execute) {
  const name = nameOf(connection, sql);
  if (name === undefined) return execute();
  reach(`${name}: before`);
  const answer = await execute();
  reach(`${name}: after`);
  return answer;
}

const { prepare: prepareInThread, exec: execInThread } = LibsqlOfPromises.prototype;
LibsqlOfPromises.prototype.exec = function (sql) {
  return reachAround(this, sql, () => execInThread.call(this, sql));
};
LibsqlOfPromises.prototype.prepare = async function (sql) {
  const statement = await prepareInThread.call(this, sql);
  const { all } = statement;
  statement.all = (...bindings) => reachAround(this, sql, () => all.apply(statement, bindings));
  return statement;
};

const { query } = pg.Client.prototype;
pg.Client.prototype.query = function (config, ...rest) {
  const name = nameOf(this, typeof config === 'string' ? config : config.text);
  if (name === undefined) return query.call(this, config, ...rest);
  reach(`${name}: before`);
  if (typeof config.submit === 'function') {
    watchCopy(name, config);
    return query.call(this, config, ...rest);
  }
  const callback = rest.pop();
  return query.call(this, config, ...rest, (error, answer) => {
    if (error === null || error === undefined) reach(`${name}: after`);
    callback(error, answer);
  });
};

/** `accepted`: the server waits for the rows. `sent`: they are on their way, and their end is not. */
function watchCopy(name, copy) {
  const { handleCopyInResponse, _final: end } = copy;
  copy.handleCopyInResponse = function (connection) {
    reach(`${name}: accepted`);
    return handleCopyInResponse.call(this, connection);
  };
  copy._final = function (callback) {
    reach(`${name}: sent`);
    return end.call(this, callback);
  };
  copy.once('finish', () => {
    reach(`${name}: after`);
  });
}

process.on('exit', () => {
  for (const [name, times] of passed) {
    for (let time = 1; time <= times; time++) process.stdout.write(`statement ${name} ${time}\n`);
  }
});
