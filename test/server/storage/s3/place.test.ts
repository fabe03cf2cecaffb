import { expect } from 'chai';
import { s3PlaceOf } from '../../../../server/storage/s3/place.ts';
import { AppError } from '../../../../shared/error.ts';
import { setEnvironment } from '../stores.ts';

describe('STORAGE_URL of a bucket', () => {
  let restore: () => void;
  before(() => {
    restore = setEnvironment({ AWS_ENDPOINT_URL_S3: undefined, AWS_ENDPOINT_URL: undefined });
  });
  after(() => restore());

  it('has a bucket and a prefix, which is a folder', () => {
    for (const [url, prefix] of [
      ['s3://calls', ''],
      ['s3://calls/', ''],
      ['s3://calls/cqa', 'cqa/'],
      ['s3://calls/a/b.c/', 'a/b.c/'],
    ] as const)
      expect(s3PlaceOf(url), url).to.include({ bucket: 'calls', prefix });
  });

  it('has AWS encrypt by its own key, unless it says otherwise', () => {
    expect(s3PlaceOf('s3://calls')).to.include({ encryption: 'AES256' });
    expect(s3PlaceOf('s3://calls?encryption=none')).to.include({ encryption: 'none' });
    const key = 'arn:aws:kms:ap-south-1:111122223333:key/1';
    const url = `s3://calls/cqa?encryption=aws:kms&kms_key=${key}`;
    expect(s3PlaceOf(url)).to.include({ encryption: 'aws:kms', kms_key: key });
  });

  it('asks other servers for no encryption, unless it says so', () => {
    const undo = setEnvironment({ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000' });
    expect(s3PlaceOf('s3://calls')).to.include({ encryption: 'none' });
    expect(s3PlaceOf('s3://calls?encryption=AES256')).to.include({ encryption: 'AES256' });
    undo();
  });

  it('has the bucket in the path of a server of one’s own, unless it says otherwise', () => {
    expect(s3PlaceOf('s3://calls')).to.include({ path_style: true });
    expect(s3PlaceOf('s3://calls?path_style=false')).to.include({ path_style: false });
  });

  for (const url of [
    's3://',
    's3:///prefix',
    's3://c',
    's3://calls/a/../b',
    's3://calls/a%2f..%2fb',
    's3://calls/a b',
    's3://calls/%zz',
    's3://calls?encryption=rot13',
    's3://calls?kms_key=k',
    's3://calls?encrypt=none',
    's3://calls?path_style=no',
    's3://user:password@calls/a',
    's3://calls:9000/a',
  ])
    it(`${url} is refused with the setting's name, or means nothing outside its prefix`, () => {
      try {
        expect(s3PlaceOf(url).prefix).to.equal('b/');
      } catch (error) {
        expect(error).to.be.instanceOf(AppError).and.include({ code: 'setting_invalid' });
        expect((error as AppError).message).to.match(/^STORAGE_URL: /);
      }
    });
});
