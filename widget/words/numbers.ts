const grouped = new Intl.NumberFormat('en-GB');
const oneDecimal = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

/** `12,400` */
export function count(value: number): string {
  return grouped.format(value);
}

/** `1 row`, `12,400 rows`. The plural is the singular with an s unless it is given. */
export function counted(value: number, singular: string, plural = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : plural}`;
}

/** Points and percentages with at most one decimal; a dash where there is none. */
export function score(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : oneDecimal.format(value);
}

/** `478 KB`, `86.3 MB`: powers of 1000, as disks and networks are sold. */
export function bytes(value: number): string {
  const names = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < names.length - 1) {
    size /= 1000;
    unit++;
  }
  return unit === 0 ? `${count(value)} ${value === 1 ? 'byte' : 'bytes'}` : `${oneDecimal.format(size)} ${names[unit]}`;
}
