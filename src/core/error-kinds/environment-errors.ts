import { EXIT } from '../exit-status.ts';
import { wrong, type ErrorKind } from './error-kind.ts';

/** Errors in the environment that the program finds: variables, ports, and the files that `init` writes. */
export const ENVIRONMENT_ERRORS = {
  /** An environment variable has an invalid value. */
  ENVIRONMENT_INVALID: wrong(EXIT.configuration),
  /** Another program uses the port of `serve`. Choose another `--port`. */
  PORT_TAKEN: wrong(EXIT.configuration),
  /** `serve --host` is not an address of this machine, or the port needs privileges that this user does not have. Check `--host` and `--port`. */
  HOST_INVALID: wrong(EXIT.configuration),
  /** `init` would replace files that exist with other content. Nothing was written. The message lists the files. Choose an empty folder, or use `--force`, which writes the other files and keeps these. */
  INIT_CONFLICT: wrong(EXIT.configuration),
  /** `init` cannot write to the folder: permissions, a read-only or full disk, or a path that leads through a file. The message names the path. */
  INIT_UNWRITABLE: wrong(EXIT.permission),
} as const satisfies Record<string, ErrorKind>;
