/**
 * For how long a connection may say nothing before the server drops it and frees its locks: a process that is frozen must
 * not hold rows for longer than its lease. Two seconds at least: the driver looks for idle connections every second.
 */
export function silentSecondsOf(leaseSeconds: number): number {
  return Math.max(2, Math.floor(leaseSeconds / 2));
}
