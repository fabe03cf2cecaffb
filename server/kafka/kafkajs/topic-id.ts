import type { Broker } from 'kafkajs/src/cluster/index.js';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';

const metadataKey = 3;
/** The first that tells topic ids; kafkajs ends at 6. */
const versionWithIds = 10;
const idBytes = 16;

/** The id that a topic got when it was made, as Kafka's tools write it; undefined where the broker gives none. */
export async function topicIdAt(broker: Broker, topic: string): Promise<string | undefined> {
  if ((broker.versions?.[metadataKey]?.maxVersion ?? 0) < versionWithIds) return undefined;
  const { errorCode, id } = await broker.connectionPool.send({
    request: {
      ...{ apiKey: metadataKey, apiVersion: versionWithIds, apiName: 'Metadata' },
      encode: () => Promise.resolve(encodeRequest(topic)),
    },
    response: {
      decode: (bytes) => Promise.resolve(decodeResponse(bytes)),
      parse: (decoded) => Promise.resolve(decoded),
    },
  });
  if (errorCode !== 0) throw createErrorFromCode(errorCode);
  return id.every((byte) => byte === 0) ? undefined : id.toString('base64url');
}

/** https://kafka.apache.org/protocol#The_Messages_Metadata: kafkajs writes the header of older versions, without tagged fields. */
function encodeRequest(topic: string): Encoder {
  const noTags = () => new Encoder().writeUVarInt(0);
  const wanted = new Encoder().writeBuffer(Buffer.alloc(idBytes)).writeUVarIntString(topic).writeEncoder(noTags());
  return (
    noTags()
      .writeUVarIntArray([wanted])
      // Not to be made by asking; without the lists of what we may do.
      .writeBoolean(false)
      .writeBoolean(false)
      .writeBoolean(false)
      .writeEncoder(noTags())
  );
}

interface TopicIdentity {
  errorCode: number;
  id: Buffer;
}

/** Reads as far as the id of the one topic that was asked for. */
function decodeResponse(bytes: Buffer): TopicIdentity {
  const decoder = new Decoder(bytes);
  decoder.readTaggedFields();
  decoder.readInt32();
  decoder.readUVarIntArray(skipBroker);
  decoder.readUVarIntString();
  decoder.readInt32();
  // The length of the list of topics.
  decoder.readUVarInt();
  const errorCode = decoder.readInt16();
  decoder.readUVarIntString();
  return { errorCode, id: decoder.readBytes(idBytes) };
}

function skipBroker(decoder: Decoder): void {
  decoder.readInt32();
  decoder.readUVarIntString();
  decoder.readInt32();
  decoder.readUVarIntString();
  decoder.readTaggedFields();
}
