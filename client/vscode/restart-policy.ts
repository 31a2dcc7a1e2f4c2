/** How often a server that crashes is started again. Knows no editor. */
export class RestartPolicy {
  private crashes: number[] = [];
  private readonly limit: number;
  private readonly windowMs: number;
  private readonly now: () => number;

  /** At most `limit` restarts within `windowMs` milliseconds. */
  constructor(limit = 4, windowMs = 180_000, now: () => number = Date.now) {
    this.limit = limit;
    this.windowMs = windowMs;
    this.now = now;
  }

  /** Notes a crash; true if the server may be started again. */
  mayRestart(): boolean {
    const now = this.now();
    this.crashes = this.crashes.filter((at) => now - at < this.windowMs);
    this.crashes.push(now);
    return this.crashes.length <= this.limit;
  }

  /** A person restarted it: the count begins anew. */
  reset(): void {
    this.crashes = [];
  }
}
