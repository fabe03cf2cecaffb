import { expect } from 'chai';
import { RowReader } from '../../../../server/connectors/ecc4x/row.ts';
import { readHeader } from '../../../../server/rows/parse/header.ts';
import { JsonValidator } from '../../../../server/rows/validate/json.ts';
import { RowValidator } from '../../../../server/rows/validate/validate.ts';

const defaults = { channel_type: 'VOICE', audio_url: 'crt/{external_interaction_id}?call={call_id}' };
const mapping = { crtObjectId: 'external_interaction_id', Started: 'interaction_start_time', callId: 'call_id' };
const reader = new RowReader({ mapping, timezone: 'Asia/Kolkata', defaults });
const lineOf = (row: Record<string, unknown>) => JSON.parse(reader.lineOf(row));

describe('a row of ECC', () => {
  it('has canonical fields by the mapping, and everything else as metadata', () => {
    expect(
      lineOf({ crtObjectId: 'd1', callId: 'l1', Started: '2026-11-20 10:00:00', Agent: { name: 'A' }, n: 3 }),
    ).to.deep.equal({
      ...{ external_interaction_id: 'd1', interaction_start_time: '2026-11-20T10:00:00+05:30' },
      ...{ channel_type: 'VOICE', audio_url: 'crt/d1?call=l1' },
      metadata: { call_id: 'l1', 'agent.name': 'A', n: 3 },
    });
  });

  it('a time as milliseconds or seconds since 1970 is a time', () => {
    const iso = new Date(1_795_000_000_000).toISOString();
    for (const started of [1_795_000_000_000, '1795000000000', 1_795_000_000])
      expect(lineOf({ crtObjectId: 'd1', Started: started }).interaction_start_time).to.equal(iso);
  });

  it('an audio_url of its own wins, and a transcript needs none', () => {
    expect(lineOf({ crtObjectId: 'd1', audio_url: 'https://x.example/1.mp3' }).audio_url).to.equal(
      'https://x.example/1.mp3',
    );
    expect(lineOf({ crtObjectId: 'd1', transcript_text: 'Agent: hi' })).not.to.have.property('audio_url');
  });

  it('is the same interaction as a row of a report, which the pipeline gives its reference', () => {
    const options = { defaults: { channelType: defaults.channel_type, audioUrl: defaults.audio_url } };
    const columns = readHeader(['crtObjectId', 'callId', 'Started', 'agent'], mapping, { needsChannelType: false });
    const ofReport = new RowValidator(columns, 'Asia/Kolkata', options).validate([
      'd 1',
      'l;1',
      '2026-11-20 10:00:00',
      'A',
    ]);
    const line = reader.lineOf({ crtObjectId: 'd 1', callId: 'l;1', Started: '2026-11-20 10:00:00', agent: 'A' });
    expect(new JsonValidator('UTC').validate(line)).to.deep.equal(ofReport);
    expect(ofReport).to.include({ audioUrl: 'crt/d%201?call=l%3B1', channelType: 'VOICE' });
  });
});
