/** A request was sent completely, but timed out before a response arrived: it may have taken effect. */
export class UnansweredError extends Error {
  constructor(cause: unknown) {
    super('The request was not answered in time.', { cause });
    this.name = 'UnansweredError';
  }
}
