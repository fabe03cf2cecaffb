import { expect } from 'chai';
import { WallClock } from '../../../../server/connectors/calls/wall-clock.ts';
import { leavingOf, rowOf } from '../../../../server/connectors/exolite/call-row.ts';
import { exoliteConfigSchema } from '../../../../server/connectors/exolite/config.ts';
import { placeOf, referenceOf } from '../../../../server/connectors/exolite/reference.ts';
import { JsonValidator } from '../../../../server/rows/validate/json.ts';

const clock = new WallClock('Asia/Kolkata');
const credentials = { account_sid: 'acme1', api_key: 'k', api_token: 't' };
const call = {
  ...{ Sid: 'b6cf', ParentCallSid: null, DateCreated: '2026-11-20 10:00:00', DateUpdated: '2026-11-20 10:02:00' },
  ...{
    AccountSid: 'acme1',
    To: '0803075',
    From: '+9198',
    PhoneNumber: '0803076',
    PhoneNumberSid: 'pn',
    Status: 'completed',
  },
  ...{ StartTime: '2026-11-20 10:00:01', EndTime: '2026-11-20 10:00:43', Duration: '42', Price: '0.500' },
  ...{ Direction: 'inbound', AnsweredBy: 'human', Uri: '/v1', CustomField: 'order 7' },
  RecordingUrl: 'https://recordings.exotel.com/exotelrecordings/acme1/b6cf.mp3',
  Details: {
    ConversationDuration: 30,
    Leg1Status: 'completed',
    Leg2Status: null,
    Legs: [{ Leg: { Id: 1, OnCallDuration: 40 } }],
  },
};

describe("an Exotel call's row", () => {
  it('has the canonical fields, and everything else that is of use as metadata', () => {
    const row = rowOf(call, clock);
    expect(JSON.parse(JSON.stringify(row))).to.deep.equal({
      external_interaction_id: 'b6cf',
      channel_type: 'VOICE',
      interaction_start_time: '2026-11-20T10:00:01+05:30',
      duration_seconds: '42',
      audio_url: 'b6cf/recordings.exotel.com/exotelrecordings/acme1/b6cf.mp3',
      metadata: {
        ...{ from: '+9198', to: '0803075', phone_number: '0803076', phone_number_sid: 'pn', direction: 'inbound' },
        ...{ status: 'completed', answered_by: 'human', price: 0.5, custom_field: 'order 7' },
        ...{ end_time: '2026-11-20T10:00:43+05:30', conversation_duration_seconds: 30 },
        ...{ leg_1_status: 'completed', leg_1_seconds: 40 },
      },
    });
    expect(validated(row)).to.include({ externalId: 'b6cf', durationSeconds: 42 });
  });

  it('of a call with values of other kinds is taken, or rejected with a reason, and never ends the reading', () => {
    const odd = {
      ...call,
      Sid: 77,
      Duration: 12,
      CustomField: { a: 1 },
      Price: 'free',
      Details: 'none',
      EndTime: false,
    };
    expect(validated(rowOf(odd, clock))).to.include({ externalId: '77', durationSeconds: 12 });
    expect(validated(rowOf({ ...call, Sid: null }, clock))).to.include({ code: 'missing_field' });
    expect(validated(rowOf({ ...call, StartTime: '20/11/2026' }, clock))).to.include({ code: 'bad_time' });
    expect(validated(rowOf({ ...call, Duration: '1 min' }, clock))).to.include({ code: 'bad_number' });
  });

  it('starts when the call was created where no start is given', () => {
    const row = rowOf({ ...call, StartTime: null }, clock);
    expect(row.interaction_start_time).to.equal('2026-11-20T10:00:00+05:30');
  });

  it('is left out where the settings do not want it, or where nothing was recorded', () => {
    const config = exoliteConfigSchema.parse(credentials);
    expect(leavingOf(call, config)).to.equal(undefined);
    expect(leavingOf({ ...call, Status: 'busy' }, config)).to.equal('filtered');
    expect(leavingOf({ ...call, RecordingUrl: '' }, config)).to.equal('no_recording');
    expect(leavingOf({ ...call, Direction: 'of-a-new-kind' }, config)).to.equal(undefined);
    const inbound = exoliteConfigSchema.parse({ ...credentials, directions: ['inbound'] });
    expect(leavingOf({ ...call, Direction: 'outbound-api' }, inbound)).to.equal('filtered');
  });
});

describe('the reference of an Exotel recording', () => {
  it('holds nothing that expires: of a link with a query only the call is kept', () => {
    expect(referenceOf('b6cf', 'https://s3-ap-south-1.amazonaws.com/x/b6cf.mp3?X-Amz-Signature=1')).to.equal('b6cf');
    expect(referenceOf('b6cf', 'no link')).to.equal('b6cf');
  });

  it('is one reference, whatever stands in the path, and leads back to the link', () => {
    const reference = referenceOf('b6cf', 'https://recordings.exotel.com:8443/a;b/c d.mp3');
    expect(reference).not.to.contain(';');
    expect(placeOf(reference).url?.href).to.equal('https://recordings.exotel.com:8443/a%3Bb/c%20d.mp3');
    expect(placeOf('b6cf')).to.deep.equal({ sid: 'b6cf', url: undefined });
  });

  it('keeps the scheme of its link; of a link that is none of the web only the call is kept', () => {
    for (const link of ['http://127.0.0.1:9101/exotelrecordings/a/b6cf.mp3', 'https://127.0.0.1:9101/b6cf.mp3'])
      expect(placeOf(referenceOf('b6cf', link)).url?.href).to.equal(link);
    expect(referenceOf('b6cf', 'http://127.0.0.1:9101/b6cf.mp3')).to.equal('b6cf/http:/127.0.0.1:9101/b6cf.mp3');
    expect(referenceOf('b6cf', 'ftp://recordings.exotel.com/b6cf.mp3')).to.equal('b6cf');
  });

  it('of another form is refused', () => {
    for (const text of ['b6cf/http:/', '', '/host/path', 'a b/host', '../x', 'sid/'])
      expect(() => placeOf(text), text).to.throw(/names no recording/);
  });
});

describe("an Exolite connector's settings", () => {
  const parse = (more: object) => exoliteConfigSchema.safeParse({ ...credentials, ...more });

  it('need account, key and token alone', () => {
    expect(exoliteConfigSchema.parse(credentials)).to.include({
      ...{ base_url: 'https://api.exotel.com', recordings_url: 'https://recordings.exotel.com' },
      ...{ timezone: 'Asia/Kolkata', file_format: 'ndjson', lookback_days: 7, settle_hours: 24 },
    });
  });

  it('take an address without its path, and none with key and token in it', () => {
    expect(parse({ base_url: 'https://api.in.exotel.com/v1/' }).data?.base_url).to.equal('https://api.in.exotel.com');
    expect(parse({ base_url: 'https://key:token@api.exotel.com' }).success).to.equal(false);
    expect(parse({ base_url: 'api.exotel.com' }).success).to.equal(false);
  });

  it('refuse what Exotel would refuse', () => {
    for (const more of [
      { recording_url_minutes: 4 },
      { recording_url_minutes: 61 },
      { calls_per_minute: 201 },
      { timezone: 'IST+5' },
      { statuses: [] },
    ])
      expect(parse(more).success, JSON.stringify(more)).to.equal(false);
  });
});

/** As the pipeline takes it: the row stored, or the reason why not. */
function validated(row: object): object {
  return new JsonValidator('Asia/Kolkata').validate(JSON.stringify(row));
}
