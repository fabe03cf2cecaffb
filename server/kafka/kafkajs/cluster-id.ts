import type { Broker } from 'kafkajs/src/cluster/index.js';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';

const metadataKey = 3;
const version = 4;

/** The cluster's own id. kafkajs asks for all topics with it, and fails where any of them has a partition without a leader. */
export async function clusterIdAt(broker: Broker): Promise<string> {
  return await broker.connectionPool.send({
    request: {
      ...{ apiKey: metadataKey, apiVersion: version, apiName: 'Metadata' },
      // Of no topic, none of which is to be made.
      encode: () => Promise.resolve(new Encoder().writeInt32(0).writeBoolean(false)),
    },
    response: {
      decode: (bytes) => Promise.resolve(decodeResponse(bytes)),
      parse: (decoded) => Promise.resolve(decoded),
    },
  });
}

/** https://kafka.apache.org/protocol#The_Messages_Metadata, as far as the id. */
function decodeResponse(bytes: Buffer): string {
  const decoder = new Decoder(bytes);
  // For how long we are slowed down.
  decoder.readInt32();
  decoder.readArray(skipBroker);
  return decoder.readString() ?? '';
}

function skipBroker(decoder: Decoder): void {
  decoder.readInt32();
  decoder.readString();
  decoder.readInt32();
  decoder.readString();
}
