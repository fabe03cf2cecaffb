import { expect } from 'chai';
import { addressOf, mayHaveKeys } from '../../../../server/connectors/exolite/recording-hosts.ts';

const cloud = { base_url: 'https://api.exotel.com', recordings_url: 'https://recordings.exotel.com' };
const local = { ...cloud, base_url: 'http://127.0.0.1:9101' };

describe('API key and token of Exotel, with a recording', () => {
  const sent = (config: typeof cloud, link: string) => mayHaveKeys(config, new URL(link));

  it('go to the recordings address and to the host of the API, whatever the port', () => {
    for (const link of [
      'https://recordings.exotel.com/a.mp3',
      'https://api.exotel.com/a',
      'https://api.exotel.com:8443/a',
    ])
      expect(sent(cloud, link), link).to.equal(true);
    for (const link of ['http://127.0.0.1:9101/a', 'http://127.0.0.1:9102/a', 'https://127.0.0.1:9103/a'])
      expect(sent(local, link), link).to.equal(true);
    const onPort = { ...cloud, recordings_url: 'http://10.0.0.7:81' };
    expect(sent(onPort, 'http://10.0.0.7:81/a')).to.equal(true);
  });

  it('go to no other host, and over TLS alone where the API is called by TLS', () => {
    for (const link of [
      'https://recordings.exotel.com:8443/a',
      'https://in.api.exotel.com/a',
      'https://exotel.com/a',
      'https://s3.amazonaws.com/a',
      'http://api.exotel.com/a',
      'http://api.exotel.com:8080/a',
      'http://recordings.exotel.com/a',
    ])
      expect(sent(cloud, link), link).to.equal(false);
    for (const link of ['http://127.0.0.2:9101/a', 'http://localhost:9101/a', 'http://recordings.exotel.com/a'])
      expect(sent(local, link), link).to.equal(false);
  });

  it('a link by http:// to an address that is set with https:// is asked for as it is set', () => {
    const asked = (link: string) => addressOf(cloud, new URL(link)).href;
    expect(asked('http://recordings.exotel.com/a.mp3')).to.equal('https://recordings.exotel.com/a.mp3');
    expect(asked('http://api.exotel.com/a?b=1')).to.equal('https://api.exotel.com/a?b=1');
    for (const link of ['http://api.exotel.com:8080/a', 'http://s3.amazonaws.com/a', 'https://s3.amazonaws.com/a'])
      expect(asked(link)).to.equal(link);
    expect(addressOf(local, new URL('http://127.0.0.1:9101/a')).href).to.equal('http://127.0.0.1:9101/a');
  });
});
