import type { Clock } from '../../core/time/clock.ts';
import { withDeadline } from '../../core/time/deadline.ts';
import type { Logger } from '../../core/log.ts';
import type { Wait } from '../../core/retry.ts';
import type { Channel, Undelivered } from '../channel.ts';
import { lazyPost, type PostFailure } from '../http/post.ts';
import type { RunEnd, RunSubject } from '../run-report.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import type { TeamsSettings } from '../settings.ts';
import { teamsMessage } from './card.ts';
import type { AlertClaim, AlertMemory } from './memory.ts';
import { occasionOf, type Occasion } from './occasion.ts';
import { postMessage } from './webhook.ts';

interface TeamsPorts {
  readonly openMemory: () => Promise<AlertMemory>;
  /** How long to wait for the memory. */
  readonly memoryMs: number;
  /** How long to wait for the memory after the time of `finish` is over. */
  readonly settleMs: number;
  readonly proxy: ProxySettings;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly log: Logger;
}

/** Announces in Teams that a run needs attention, and that a connector works again. */
export function teamsChannel(settings: TeamsSettings, subject: RunSubject, ports: TeamsPorts): Channel {
  return {
    name: 'Teams',
    phaseEnded: () => undefined,
    async finish(end, signal) {
      const occasion = occasionOf(subject, end);
      if (occasion === undefined) return undefined;
      const memory = new PatientMemory(ports);
      const claim = await memory.claim(occasion, subject, signal);
      const { undelivered, settled } =
        claim === undefined
          ? NOTHING
          : await announce(settings, { occasion, subject, end, claim }, ports, signal);
      await Promise.race([settled.then(() => memory.close()), lateness(signal, ports.settleMs)]);
      return undelivered;
    },
  };
}

interface Announced {
  readonly undelivered: Undelivered | undefined;
  /** Resolves once the outcome is recorded, or could not be recorded. */
  readonly settled: Promise<void>;
}

const NOTHING: Announced = { undelivered: undefined, settled: Promise.resolve() };

interface Announcement {
  readonly occasion: Occasion;
  readonly subject: RunSubject;
  readonly end: RunEnd;
  readonly claim: AlertClaim;
}

async function announce(
  { webhookUrl, links }: TeamsSettings,
  { occasion, subject, end, claim }: Announcement,
  { proxy, wait, clock, log }: TeamsPorts,
  signal: AbortSignal,
): Promise<Announced> {
  const { post, close } = lazyPost(proxy);
  const message = teamsMessage(occasion, subject, end, links);
  const failure = await postMessage(
    webhookUrl,
    message,
    { post, wait, now: () => clock.now(), isHeld: () => claim.isHeld(), log },
    signal,
  );
  await close();
  const settling = settle(claim, failure);
  // If the outcome was not recorded, the next run announces it again; that is the lesser evil.
  const settled = settling.catch(() => {
    log.debug('what became of an alert could not be written down');
  });
  const undelivered = failure && { count: 1, what: 'alert', reason: failure.reason, fix: failure.fix };
  return { undelivered, settled };
}

/** A Teams workflow may take longer to respond than a run may wait, and most unanswered messages do appear in the channel. */
function settle(claim: AlertClaim, failure: PostFailure | undefined): Promise<void> {
  if (failure === undefined) return claim.sent();
  return failure.unanswered === true ? claim.unanswered() : claim.release();
}

/** Resolves some time after a signal. The timer does not keep the process alive. */
function lateness(signal: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const begin = () => {
      setTimeout(resolve, ms).unref();
    };
    if (signal.aborted) begin();
    else signal.addEventListener('abort', begin);
  });
}

/** The memory of alerts, with a limit on the wait for it. */
class PatientMemory {
  readonly #ports: TeamsPorts;
  #memory: AlertMemory | undefined;

  constructor(ports: TeamsPorts) {
    this.#ports = ports;
  }

  /** If the memory is unavailable, an alert is sent in any case, and a recovery never. */
  async claim(occasion: Occasion, subject: RunSubject, signal: AbortSignal): Promise<AlertClaim | undefined> {
    try {
      return await withDeadline(this.#ports.memoryMs / 1_000, signal, async () => {
        this.#memory = await this.#ports.openMemory();
        return occasion.kind === 'alert'
          ? this.#memory.claimAlert({ ...matterOf(subject), signature: occasion.signature })
          : this.#memory.claimRecovery([matterOf(subject), fileMatterOf(subject)]);
      });
    } catch {
      this.#ports.log.debug('the state does not tell what was announced before');
      return occasion.kind === 'alert' ? UNREMEMBERED : undefined;
    }
  }

  async close(): Promise<void> {
    await this.#memory?.close().catch(() => undefined);
  }
}

/**
 * If a file does not load, its connector may be unknown, so the file is the subject of the alert. A run that succeeds resolves
 * it.
 */
function matterOf(subject: RunSubject) {
  const { connector: connectorId, target } = subject;
  return target === null ? fileMatterOf(subject) : { connectorId, target };
}

function fileMatterOf({ file }: RunSubject) {
  return { connectorId: file, target: 'file' };
}

const UNREMEMBERED: AlertClaim = {
  isHeld: () => true,
  sent: () => Promise.resolve(),
  unanswered: () => Promise.resolve(),
  release: () => Promise.resolve(),
};
