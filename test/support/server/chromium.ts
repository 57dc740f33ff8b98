import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { describe } from '@jest/globals';
import { chromium, type Browser } from 'playwright-core';

const run = promisify(execFile);

/** As Debian, and as the machines of CI have it. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'];
const APT = '/usr/bin/apt-get';
/** Another installation on the same machine takes less. */
const LOCK_SECONDS = 600;

function installed(): string | undefined {
  return PLACES.find((place) => existsSync(place));
}

/** Whether it is installed, or can be: as root on Debian, as CI is. In CI it must be, so there nothing is skipped. */
function canHaveChromium(): boolean {
  return (
    process.env['CI'] !== undefined || installed() !== undefined || (userInfo().uid === 0 && existsSync(APT))
  );
}

/** `describe`, or a visible skip where there can be no Chromium. */
export const describeInChromium = canHaveChromium() ? describe : describe.skip;

export async function startChromium(): Promise<Browser> {
  if (installed() === undefined) await installChromium();
  // Root, as in a container, has no sandbox; the pages are our own.
  return chromium.launch({ executablePath: installed() ?? PLACES[0]!, args: ['--no-sandbox'] });
}

async function installChromium(): Promise<void> {
  const apt = (...command: string[]) =>
    run(APT, ['-o', `DPkg::Lock::Timeout=${LOCK_SECONDS}`, ...command], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  const install = () => apt('install', '-y', '--no-install-recommends', 'chromium');
  await install().catch(async () => {
    // A fresh machine knows no packages yet.
    await apt('update');
    await install();
  });
}
