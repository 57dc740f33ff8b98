/** A request went out whole, and its time was over before there was an answer: it may have been taken. */
export class UnansweredError extends Error {
  constructor(cause: unknown) {
    super('The request was not answered in time.', { cause });
    this.name = 'UnansweredError';
  }
}
