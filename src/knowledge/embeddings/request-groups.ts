/** A text to embed. */
export interface PendingText {
  /** Its place among the texts of the caller. */
  readonly index: number;
  readonly text: string;
  readonly tokens: number;
}

/** The limits of one request. */
export interface RequestLimits {
  readonly texts: number;
  readonly tokens: number;
}

/** Divides texts into requests, in their order. A text that is over a limit alone is a request of its own. */
export function requestGroups(texts: readonly PendingText[], limits: RequestLimits): PendingText[][] {
  const groups: PendingText[][] = [];
  let tokens = 0;
  for (const text of texts) {
    const group = groups.at(-1);
    tokens += text.tokens;
    if (group !== undefined && group.length < limits.texts && tokens <= limits.tokens) {
      group.push(text);
    } else {
      groups.push([text]);
      ({ tokens } = text);
    }
  }
  return groups;
}

export function halves(group: readonly PendingText[]): readonly [PendingText[], PendingText[]] {
  const middle = Math.ceil(group.length / 2);
  return [group.slice(0, middle), group.slice(middle)];
}
