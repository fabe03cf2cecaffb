import { expect } from 'chai';
import { contentLinksPattern, isContentLink, isS3Link, isWebLink, webLinkPattern } from '../../shared/link.ts';

describe('a link', () => {
  const web = ['https://a.example/1.wav?b=c#d', 'http://127.0.0.1:8080', 'https://[::1]/a'];
  const s3 = ['s3://bucket/a/b.csv'];
  const none = [
    '',
    'a.wav',
    '/a.wav',
    'ftp://a/b',
    'javascript:alert(1)',
    'http://',
    'https:///a',
    's3:///a',
    'http:a',
  ];

  it('of the web is http or https with a host; content may lie on S3, too', () => {
    for (const link of web) expect([isWebLink(link), isContentLink(link)], link).to.deep.equal([true, true]);
    for (const link of s3)
      expect([isWebLink(link), isContentLink(link), isS3Link(link)]).to.deep.equal([false, true, true]);
    for (const link of none) expect([isWebLink(link), isContentLink(link)], link).to.deep.equal([false, false]);
  });

  it('is the same in documents, where several are separated by semicolons and none is one, too', () => {
    for (const link of web) expect(webLinkPattern.test(` ${link} `), link).to.equal(true);
    expect(contentLinksPattern.test([...web, ...s3].join(' ; '))).to.equal(true);
    expect(webLinkPattern.test([web[0], web[1]].join(';'))).to.equal(false);
    for (const link of none.filter((text) => text !== ''))
      expect([webLinkPattern.test(link), contentLinksPattern.test(link)], link).to.deep.equal([false, false]);
  });
});
