import { Semaphore } from '../../semaphore.ts';

/**
 * One after the other, within this thread. All LOAD DATA statements end with one and the same packet of the driver's:
 * while that waits for its connection, the end of another statement would write its own number into it, and the
 * server, which takes it for a packet of another statement, would wait for the end until it gives up.
 */
export const bulkStatements = new Semaphore(1);
