import { expect } from 'chai';
import { mailWays } from '../../../server/reports/links.ts';
import type { Services } from '../../../server/services.ts';
import { openStorage } from '../../../server/storage/open.ts';
import { testServices } from '../../harness/services.ts';
import { type BucketStore, openBucket, setEnvironment } from '../storage/stores.ts';

describe('what is said of the links in mails', () => {
  let services: Services;
  let store: BucketStore;
  before(async () => {
    services = await testServices();
    store = await openBucket();
  });
  after(async () => {
    await store.close();
    await services.close();
  });

  const key = Buffer.alloc(32, 7);
  const said = (storageUrl: string, publicUrl: string) =>
    mailWays({
      ...services,
      config: { ...services.config, publicUrl },
      storage: openStorage(storageUrl, key, store.scratch),
    }).links();

  it('from a folder: this program answers them, wherever browsers reach it', async () => {
    expect(await said('file:///tmp', 'https://cqa.example/at')).to.deep.equal({
      message: 'Links in mails lead to https://cqa.example and are good for seven days.',
    });
  });

  it('where PUBLIC_URL is this machine alone: that nobody else can open them, and which setting it is', async () => {
    for (const host of ['localhost:4000', '127.0.0.1:4000', '[::1]:4000']) {
      const { message, warning } = await said('file:///tmp', `http://${host}`);
      expect(warning).to.match(/Nobody on another machine can open them: set PUBLIC_URL/);
      expect(message).to.contain(warning);
    }
  });

  it('from a bucket: its server answers them', async () => {
    const { message, warning } = await said(store.url, 'https://cqa.example');
    expect(message).to.contain(`Links in mails lead to ${store.relay.url} and are good for seven days.`);
    expect(warning).to.match(/is this machine alone\. Say \?links=own in STORAGE_URL/);
    expect(await said(`${store.url}?links=own`, 'https://cqa.example')).to.deep.equal({
      message: 'Links in mails lead to https://cqa.example and are good for seven days.',
    });
  });

  it('from a bucket by credentials that end: that they would die earlier, so this program answers them', async () => {
    const restore = setEnvironment({ AWS_SESSION_TOKEN: 'of a role' });
    try {
      const { message, warning } = await said(store.url, 'https://cqa.example');
      expect(message).to.contain('Links in mails lead to https://cqa.example and are good for seven days.');
      expect(warning).to.match(/credentials are temporary, and links that they sign would end before the seven days/);
      expect(warning).to.match(/whoever gets a mail must reach it there \(PUBLIC_URL\)/);
    } finally {
      restore();
    }
  });
});
