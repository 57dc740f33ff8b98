import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { describe } from '@jest/globals';
import { APT, SERVER } from './mariadb-server.ts';

/** Whether it is installed, or can be: as root on Debian, as CI is. In CI it must be, so there nothing is skipped. */
function canHaveMariadb(): boolean {
  return process.env['CI'] !== undefined || existsSync(SERVER) || (userInfo().uid === 0 && existsSync(APT));
}

/** `describe`, or a visible skip where there can be no MariaDB. */
export const describeOnMariadb = canHaveMariadb() ? describe : describe.skip;
