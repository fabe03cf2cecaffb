import { type FileServer, startFileServer } from './file-server.ts';

const pageKeys = 1000;

/**
 * A bucket of so many CSV files, made up page by page as it is listed: servers over folders look through all of them for
 * each page, so that 100,000 take minutes. It answers ListObjectsV2 alone, and checks no signature.
 */
export function startPages(count: number): Promise<FileServer> {
  return startFileServer(({ url = '' }, response) => {
    const asked = new URL(url, 'http://localhost').searchParams;
    const start = Number(asked.get('continuation-token') ?? 0);
    const end = Math.min(start + pageKeys, count);
    response.setHeader('content-type', 'application/xml');
    response.end(page({ prefix: asked.get('prefix') ?? '', start, end, isLast: end === count }));
  });
}

function page({ prefix, start, end, isLast }: { prefix: string; start: number; end: number; isLast: boolean }): string {
  const contents = Array.from({ length: end - start }, (_, i) => object(prefix, start + i)).join('');
  const next = isLast ? '' : `<NextContinuationToken>${end}</NextContinuationToken>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>many</Name><Prefix>${prefix}</Prefix><KeyCount>${end - start}</KeyCount><MaxKeys>${pageKeys}</MaxKeys><IsTruncated>${!isLast}</IsTruncated>${next}${contents}</ListBucketResult>`;
}

function object(prefix: string, index: number): string {
  const key = `${prefix}calls-${String(index).padStart(8, '0')}.csv`;
  const eTag = index.toString(16).padStart(32, '0');
  return `<Contents><Key>${key}</Key><LastModified>2026-11-20T02:30:00.000Z</LastModified><ETag>&quot;${eTag}&quot;</ETag><Size>4</Size><StorageClass>STANDARD</StorageClass></Contents>`;
}
