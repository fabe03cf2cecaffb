import { expect } from 'chai';
import { ecc4xConfigSchema } from '../../../../server/connectors/ecc4x/config.ts';
import { fillReference, readReference } from '../../../../server/connectors/ecc4x/reference.ts';
import type { AppError } from '../../../../shared/error.ts';

const zone = 'Asia/Kolkata';
const { voice_log } = ecc4xConfigSchema.parse({
  source: { kind: 'sftp_report', inbox: 'vla' },
  voice_log: { api: 'rest_v4', base_url: 'https://ecc.example.com:8443', user_id: 'u', password: 'p' },
});

function codeOf(text: string): string {
  try {
    readReference(text, zone);
    return 'none';
  } catch (thrown) {
    return (thrown as AppError).code;
  }
}

describe('the reference to a voice log', () => {
  it('keeps what the API asks for, and nothing of where it is', () => {
    const row = new Map([
      ['external_interaction_id', 'd741-6904fad1-vce-daf-638729'],
      ['campaign_id', '110'],
      ['call_id', 'd741-6904fad1-vcall-10989826'],
      ['interaction_start_time', '2026-11-20 10:00:00'],
    ]);
    const text = fillReference({ voice_log }, row);
    expect(text).not.to.match(/:\/\/|;/);
    expect(readReference(text, zone)).to.deep.equal({
      ...{ crtObjectId: 'd741-6904fad1-vce-daf-638729', campaignId: '110', callId: 'd741-6904fad1-vcall-10989826' },
      startedAtMs: Date.parse('2026-11-20T10:00:00+05:30'),
    });
  });

  it('a row that has its call SID alone has a reference', () => {
    const text = fillReference({ voice_log }, new Map([['external_interaction_id', 'd1-2-vce-3']]));
    expect(readReference(text, zone)).to.deep.equal({
      ...{ crtObjectId: 'd1-2-vce-3', campaignId: undefined, callId: undefined, startedAtMs: undefined },
    });
  });

  it('a path of something else is missing, and what could end the quotes of the older API is refused', () => {
    expect(codeOf('recordings/1.mp3')).to.equal('path_missing');
    expect(codeOf(`crt/${encodeURIComponent("x','targetFormat':'wav")}?call=`)).to.equal('invalid');
    expect(codeOf(`crt/d1?call=${encodeURIComponent('../../etc')}`)).to.equal('invalid');
  });
});
