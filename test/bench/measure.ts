import { measureRecording } from '../../server/analysis/measure.ts';
import { wavFile } from '../server/analysis/media/wav-file.ts';
import { sampleBytes } from '../server/analysis/samples.ts';
import { type BenchResult, compare } from './result.ts';

const limitMs = 1000;
const soundSeconds = 600;
const bytesPerSecond = 16_000;

/** Measuring ten minutes of two-channel µ-law: processor time below one second. */
export async function benchMeasure(rounds = 5): Promise<BenchResult> {
  const taken: BenchResult['rounds'] = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    await measureRecording(tenMinutes(), { agentChannel: 0 });
    const { user, system } = process.cpuUsage(before);
    taken.push({ ours: limitMs, peer: (user + system) / 1000 });
  }
  const notes = ['ours: the limit; peer: processor time for ten minutes of two-channel µ-law, the first round cold'];
  return compare({ name: 'measuring, limit over processor time', unit: 'ms', bar: 1, notes }, taken);
}

async function* tenMinutes(): AsyncGenerator<Uint8Array> {
  const sound = sampleBytes('clean.wav').subarray(58);
  yield wavFile(Buffer.alloc(2), { channels: 2, formatTag: 7, bits: 8, declared: 0xffffffff }).subarray(0, 44);
  for (let seconds = 0; seconds < soundSeconds; seconds += sound.length / bytesPerSecond) yield sound;
}
