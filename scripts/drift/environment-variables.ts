import { readEnvironment } from '../../src/cli/environment/environment.ts';
import { runVariables } from '../../src/cli/environment/run-variables.ts';

/** Some settings are read only if another one is set, so each is set to values that one or the other accepts. */
const VALUES = ['https://sync.example.com', 'x-user'];
/** Single sign-on is read only with the address of a proxy. */
const ALWAYS = { TRUSTED_PROXY_ADDRESSES: '10.0.0.1' };

/** The environment variables that the program reads itself, found by reading all settings from a recording environment. */
export function variablesRead(): readonly string[] {
  const names = new Set<string>();
  readAll(names, {});
  // A name that is found in the loop takes part in it.
  for (const name of names) {
    for (const value of VALUES) readAll(names, { ...ALWAYS, [name]: value });
  }
  return [...names].filter((name) => name === name.toUpperCase()).sort();
}

function readAll(names: Set<string>, set: Readonly<Record<string, string>>): void {
  const recording = new Proxy<NodeJS.ProcessEnv>(
    {},
    {
      get(_, name) {
        if (typeof name !== 'string') return undefined;
        names.add(name);
        return set[name];
      },
    },
  );
  const settings: ((env: ReturnType<typeof readEnvironment>) => unknown)[] = [
    (env) => env.endpoints(),
    (env) => env.ingestionDryRun(),
    (env) => env.retry(),
    (env) => env.embeddings(),
    (env) => env.telemetry(),
    (env) => env.runLinks(),
    (env) => env.publicUrl(),
    (env) => env.access(),
    (env) => env.syncEndpoint(),
  ];
  for (const read of settings) {
    try {
      read(readEnvironment(recording));
    } catch {
      // The settings do not fit together; only which of them are read matters here.
    }
  }
}

/** Whether the program, or a library in its process, reads a variable. */
export function isVariable(name: string, own: ReadonlySet<string>): boolean {
  return own.has(name) || name.startsWith('SECRET_') || name in runVariables({ [name]: 'set' }, []);
}
