const overMs = 8000;

/** How fast bytes went over the last seconds. */
export class UploadSpeed {
  private measured: { atMs: number; sent: number }[] = [];

  measure(sent: number): void {
    const atMs = performance.now();
    this.measured = [...this.measured, { atMs, sent }].filter((point) => atMs - point.atMs < overMs);
  }

  /** Nothing is sent for now. */
  stop(): void {
    this.measured = [];
  }

  /** With what is sent by now; 0 where that cannot be told yet. */
  bytesPerSecond(sent: number): number {
    const first = this.measured[0];
    const seconds = first ? (performance.now() - first.atMs) / 1000 : 0;
    return first && seconds > 0.5 ? Math.max(0, (sent - first.sent) / seconds) : 0;
  }
}
