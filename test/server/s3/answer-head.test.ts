import { expect } from 'chai';
import { parseHead } from '../../../server/s3/answer-head.ts';

describe('the head of an answer', () => {
  const head = (...lines: string[]) => parseHead(lines.join('\r\n'));

  it('tells status, headers, length and whether the connection stays', () => {
    const plain = head('HTTP/1.1 200 OK', 'Content-Length: 12', 'ETag:"abc" ');
    expect(plain).to.include({ status: 200, length: 12, isKept: true });
    expect(plain?.headers.get('etag')).to.equal('"abc"');
    expect(head('HTTP/1.1 404', 'content-length: 0', 'Connection: Close')).to.include({ status: 404, isKept: false });
    expect(head('HTTP/1.0 200 OK', 'content-length: 1')).to.include({ isKept: false });
  });

  it('is refused where anything is doubtful', () => {
    const length = 'content-length: 1';
    for (const lines of [
      ['HTTP/2 200 OK', length],
      ['HTTP/1.1 100 Continue', length],
      ['HTTP/1.1 2000 OK', length],
      ['HTTP/1.1 200 OK'],
      ['HTTP/1.1 200 OK', 'content-length: -1'],
      ['HTTP/1.1 200 OK', 'content-length: 1, 1'],
      ['HTTP/1.1 200 OK', length, 'content-length: 2'],
      ['HTTP/1.1 200 OK', length, 'transfer-encoding: chunked'],
      ['HTTP/1.1 200 OK', length, ' folded'],
      ['HTTP/1.1 200 OK', 'content-length : 1'],
      ['<html>'],
      [''],
    ])
      expect(head(...lines), lines.join('|')).to.equal(undefined);
  });
});
