/** The contract's. Bytes are those of the content, unpacked where it came packed. */
export const fileLimits = { rows: 100_000, bytes: 100 * 1024 * 1024, unfinishedJobs: 5 } as const;

/** A file comes with so many bytes a second, or its job would keep others waiting for hours. */
export const leastBytesPerSecond = 64 * 1024;
