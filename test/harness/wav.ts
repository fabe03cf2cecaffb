export const wavHeaderBytes = 44;

/** The header of a WAV file of so many bytes in all: 16 bits, 8 kHz. */
export function wavHeader(fileBytes: number, { channels = 2 } = {}): Buffer {
  const sampleRate = 8000;
  const frameBytes = channels * 2;
  const header = Buffer.alloc(wavHeaderBytes);
  header.write('RIFF', 0);
  header.writeUInt32LE(Math.max(0, fileBytes - 8), 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * frameBytes, 28);
  header.writeUInt16LE(frameBytes, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(Math.max(0, fileBytes - wavHeaderBytes), 40);
  return header;
}
