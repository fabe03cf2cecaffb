/** Builds WAV files for tests, also such as careless writers make. */
export interface WavShape {
  formatTag?: number;
  channels?: number;
  sampleRate?: number;
  bits?: number;
  /** Written into the data chunk's header instead of the true length. */
  declared?: number;
  /** Chunks before `fmt `, as id and body. */
  before?: [string, Buffer][];
  after?: [string, Buffer][];
  extensible?: boolean;
}

export function wavFile(data: Buffer, shape: WavShape = {}): Buffer {
  const chunks = [
    ...(shape.before ?? []).map(([id, body]) => chunk(id, body)),
    chunk('fmt ', formatOf(shape)),
    chunk('data', data, shape.declared),
    ...(shape.after ?? []).map(([id, body]) => chunk(id, body)),
  ];
  const body = Buffer.concat([Buffer.from('WAVE'), ...chunks]);
  return chunk('RIFF', body);
}

function formatOf({ formatTag = 1, channels = 1, sampleRate = 8000, bits = 16, extensible = false }: WavShape): Buffer {
  const body = Buffer.alloc(extensible ? 40 : 16);
  const align = (channels * bits) / 8;
  body.writeUInt16LE(extensible ? 0xfffe : formatTag, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(sampleRate, 4);
  body.writeUInt32LE(sampleRate * align, 8);
  body.writeUInt16LE(align, 12);
  body.writeUInt16LE(bits, 14);
  if (extensible) {
    body.writeUInt16LE(22, 16);
    body.writeUInt16LE(bits, 18);
    body.writeUInt16LE(formatTag, 24);
  }
  return body;
}

function chunk(id: string, body: Buffer, declared = body.length): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, 'latin1');
  head.writeUInt32LE(declared, 4);
  const padding = Buffer.alloc(body.length % 2);
  return Buffer.concat([head, body, padding]);
}

/** 16-bit samples as bytes. */
export function pcm16(samples: number[]): Buffer {
  return Buffer.from(Int16Array.from(samples).buffer);
}
