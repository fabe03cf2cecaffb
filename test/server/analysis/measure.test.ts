import { expect } from 'chai';
import { measureRecording, type RecordingOptions } from '../../../server/analysis/measure.ts';
import { AppError } from '../../../shared/error.ts';
import type { Measures, Span } from '../../../shared/measures.ts';
import { wavFile } from './media/wav-file.ts';
import { ffmpegPath, inPieces, type Role, sampleBytes, sampleStream, truthOf } from './samples.ts';

const options = { agentChannel: 0, ffmpegPath: ffmpegPath() } as const;
const twoChannel = [
  'clean.wav',
  'dead-air.wav',
  'interruptions.wav',
  'bleed-noise.wav',
  'alaw.wav',
  'pcm16.wav',
  'plain.mp3',
];

async function measured(name: string, more: Partial<RecordingOptions> = {}): Promise<Measures> {
  return (await measureRecording(sampleStream(name), { ...options, ...more })).measures;
}

/** The speech as built, with pauses of 200 ms and less closed as the measures do. */
function builtSpans(name: string, role: Role): Span[] {
  const truth = truthOf(name);
  const spans: Span[] = [];
  for (const [from, to] of truth.spans[role]) {
    const span = { start: from / truth.sample_rate, end: to / truth.sample_rate };
    const last = spans.at(-1);
    if (last && span.start - last.end <= 0.2) last.end = span.end;
    else spans.push(span);
  }
  return spans;
}

function length(spans: Span[]): number {
  return spans.reduce((sum, { start, end }) => sum + end - start, 0);
}

function shared(a: Span[], b: Span[]): number {
  const pairs = a.flatMap((x) => b.map((y) => Math.min(x.end, y.end) - Math.max(x.start, y.start)));
  return pairs.reduce((sum, overlap) => sum + Math.max(0, overlap), 0);
}

describe('measureRecording against how the calls were built', () => {
  for (const name of twoChannel) {
    it(`${name}: every edge of speech within 100 ms, totals within 4 %`, async () => {
      const { lanes } = await measured(name);
      for (const role of ['agent', 'customer'] as const) {
        const built = builtSpans(name, role);
        const found = lanes[role] ?? [];
        expect(found.length, role).to.equal(built.length);
        for (const [i, span] of built.entries()) {
          expect(found[i]?.start, `${role} start ${i}`).to.be.closeTo(span.start, 0.1);
          expect(found[i]?.end, `${role} end ${i}`).to.be.closeTo(span.end, 0.1);
        }
        // MP3 smears the ends of short words by some 40 ms.
        const tolerance = name.endsWith('mp3') ? 0.06 : 0.045;
        expect(length(found), role).to.be.closeTo(length(built), tolerance * length(built));
      }
    });
  }

  it('finds the dead air and nothing else to be dead air', async () => {
    const { values, lanes } = await measured('dead-air.wav');
    expect(lanes.dead_air).to.have.length(1);
    expect(values.dead_air_longest_seconds).to.be.closeTo(4.6, 0.1);
    expect(values.dead_air_ratio).to.be.closeTo(4.6 / 14.48, 0.01);
    expect((await measured('clean.wav')).values.dead_air_ratio).to.equal(0);
    expect((await measured('dead-air.wav', { deadAirSeconds: 5 })).values.dead_air_ratio).to.equal(0);
  });

  it('finds who interrupts whom, and how long both speak', async () => {
    const { values } = await measured('interruptions.wav');
    expect(values.interruptions_by_agent).to.equal(1);
    expect(values.interruptions_by_customer).to.equal(1);
    const both = shared(builtSpans('interruptions.wav', 'agent'), builtSpans('interruptions.wav', 'customer'));
    expect((values.overlap_ratio ?? 0) * (values.duration_seconds ?? 0)).to.be.closeTo(both, 0.06);
  });

  it('reports no overlap that is only the other party leaking in, and says so', async () => {
    const { values, warnings } = await measured('bleed-noise.wav');
    expect(values.overlap_ratio).to.be.below(0.01);
    expect(warnings).to.deep.equal(['bleed']);
    expect((await measured('clean.wav')).warnings).to.deep.equal([]);
  });

  it('tells the parties apart by the channel that the connector names', async () => {
    const [one, other] = [await measured('clean.wav'), await measured('clean.wav', { agentChannel: 1 })];
    expect(other.values.talk_ratio_agent).to.equal(one.values.talk_ratio_customer);
    expect(other.lanes.agent).to.deep.equal(one.lanes.customer);
  });

  it('gives null with the reason for what a mono recording cannot tell', async () => {
    const { values, unmeasured, lanes } = await measured('mono.wav');
    for (const name of ['talk_ratio_agent', 'overlap_ratio', 'interruptions_by_agent', 'level_agent_dbfs'] as const) {
      expect(values[name]).to.equal(null);
      expect(unmeasured[name]).to.equal('mono');
    }
    expect(lanes).to.include({ agent: null, customer: null });
    expect(values.dead_air_longest_seconds).to.be.closeTo(3.6, 0.1);
    expect(values.silence_ratio).to.be.closeTo(0.53, 0.03);
    expect(unmeasured).to.not.have.any.keys('silence_ratio', 'dead_air_ratio', 'clipping_ratio', 'duration_seconds');
  });

  it('measures what there is of a truncated file and warns', async () => {
    const { facts, measures } = await measureRecording(sampleStream('truncated.wav'), options);
    expect(facts.duration_seconds).to.equal(4);
    expect(measures.warnings).to.deep.equal(['truncated']);
  });

  it('agrees with itself without the speech detector', async () => {
    const { values, method } = await measured('clean.wav', { engine: 'energy' });
    expect(method.engine).to.include('energy only');
    expect(values.talk_ratio_agent).to.be.closeTo((await measured('clean.wav')).values.talk_ratio_agent ?? 0, 0.02);
  });

  it('says what the container says', async () => {
    expect((await measureRecording(sampleStream('alaw.wav'), options)).facts).to.deep.equal({
      container: 'wav',
      codec: 'pcm_alaw',
      channels: 2,
      sample_rate: 8000,
      duration_seconds: truthOf('alaw.wav').samples / 8000,
    });
  });

  it('refuses a page that was saved as a recording', async () => {
    const error = await measureRecording(sampleStream('not-audio.wav'), options).catch((thrown: unknown) => thrown);
    expect(AppError.from(error).code).to.equal('not_audio');
  });
});

/** Stereo 16-bit WAV from a function of time. */
function synthesized(seconds: number, sampleRate: number, wave: (t: number) => [number, number]): Buffer {
  const samples = new Int16Array(Math.round(seconds * sampleRate) * 2);
  for (let i = 0; i < samples.length / 2; i++) samples.set(wave(i / sampleRate), i * 2);
  return wavFile(Buffer.from(samples.buffer), { channels: 2, sampleRate });
}

const from = (bytes: Uint8Array) =>
  measureRecording(inPieces(bytes, 65_536), options).then((result) => result.measures);

describe('measureRecording on difficult sound', () => {
  it('measures digital silence without inventing speech', async () => {
    const { values, unmeasured, warnings } = await from(synthesized(2.01, 8000, () => [0, 0]));
    expect(values).to.include({ talk_ratio_agent: 0, silence_ratio: 1, dead_air_ratio: 0, clipping_ratio: 0 });
    expect(unmeasured).to.deep.equal({
      level_agent_dbfs: 'no_speech',
      level_customer_dbfs: 'no_speech',
      response_time_mean_seconds: 'no_responses',
    });
    expect(warnings).to.deep.equal([]);
  });

  it('warns of a tone that counts as speech, and of clipping', async () => {
    const tone = (t: number) =>
      t < 8 ? 0 : Math.max(-32767, Math.min(32767, 60_000 * Math.sin(2 * Math.PI * 300 * t)));
    const { warnings, values } = await from(synthesized(32, 8000, (t) => [tone(t), 0]));
    expect(warnings).to.include.members(['tone', 'clipping']);
    expect(values.clipping_ratio).to.be.above(0.2);
  });

  it('does not tell parties apart where both channels hold the same sound', async () => {
    const clean = sampleBytes('mono.wav').subarray(58);
    const doubled = Buffer.from(Array.from(clean, (code) => [code, code]).flat());
    const { unmeasured, warnings, values } = await from(wavFile(doubled, { channels: 2, formatTag: 7, bits: 8 }));
    expect(warnings).to.deep.equal(['identical_channels']);
    expect(unmeasured.talk_ratio_agent).to.equal('identical_channels');
    expect(values.silence_ratio).to.be.closeTo(0.53, 0.03);
  });

  it('follows the clock at rates without a whole number of samples in a frame', async () => {
    for (const rate of [11_025, 22_050, 44_100, 48_000]) {
      const { facts } = await measureRecording(inPieces(synthesized(3, rate, () => [0, 0])), options);
      expect(facts.duration_seconds).to.equal(3);
    }
  });

  it('stops when it is told to', async () => {
    const abort = new AbortController();
    async function* endless() {
      yield sampleBytes('clean.wav').subarray(0, 60_000);
      abort.abort();
      yield new Uint8Array(1000);
    }
    const run = measureRecording(endless(), { ...options, signal: abort.signal });
    const error = await run.catch((thrown: unknown) => thrown);
    expect(AppError.from(error).code).to.equal('cancelled');
  });

  it('measures ten minutes of two-channel µ-law with flat memory', async () => {
    const sound = sampleBytes('clean.wav').subarray(58);
    async function* tenMinutes() {
      yield wavFile(Buffer.alloc(2), { channels: 2, formatTag: 7, bits: 8, declared: 0xffffffff }).subarray(0, 44);
      for (let seconds = 0; seconds < 600; seconds += sound.length / 16_000) yield sound;
    }
    const memory = process.memoryUsage().rss;
    const { facts } = await measureRecording(tenMinutes(), options);
    expect(facts.duration_seconds).to.be.at.least(600);
    expect(process.memoryUsage().rss - memory).to.be.below(80e6);
  });
});
