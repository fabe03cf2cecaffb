import type { ServerChannel } from 'ssh2';
import { collectYoungEvery } from '../young-garbage.ts';
import { type Packet, PacketReader } from './protocol/packets.ts';
import type { InboxSession } from './session.ts';

/** Packets that came and are not answered yet, in bytes, before the client is made to wait. */
const heldBytes = 512 * 1024;

/**
 * While more is coming from the client, it does not wait for our answers: so many go out at once. Each write into the
 * network costs more than to decrypt what it answers.
 */
const repliesAtOnce = 16;
const replyBytesAtOnce = 32 * 1024;

const countPassing = collectYoungEvery();

/**
 * Serves one SFTP channel until its client ends it: packets are answered one after the other, and while many wait the
 * client's window stays closed. Resolves with why it ended, once what the client left open is kept.
 */
export function serveChannel(channel: ServerChannel, session: InboxSession, active: () => void): Promise<string> {
  const reader = new PacketReader();
  const packets: Packet[] = [];
  const replies: Buffer[] = [];
  let replyBytes = 0;
  let held = 0;
  let isAnswering = false;
  let ended: string | undefined;

  return new Promise((resolve) => {
    const end = (reason: string) => {
      ended ??= reason;
      if (!isAnswering) void answerAll();
    };
    channel.on('data', (piece: Buffer) => {
      active();
      countPassing(piece.length);
      held += piece.length;
      if (held > heldBytes) channel.pause();
      try {
        packets.push(...reader.take(piece));
      } catch (error) {
        packets.length = 0;
        return end(`the client sent what is no SFTP: ${(error as Error).message}`);
      }
      if (!isAnswering && packets.length > 0) void answerAll();
    });
    channel.once('end', () => end('the client ended the session'));
    channel.once('close', () => end('the client ended the session'));
    channel.on('error', (error: Error) => end(`the connection was lost: ${error.message}`));

    async function answerAll(): Promise<void> {
      isAnswering = true;
      try {
        for (let packet = packets.shift(); packet; packet = packets.shift()) {
          const reply = await session.answer(packet);
          replies.push(reply);
          replyBytes += reply.length;
          held -= sizeOf(packet);
          if (held <= heldBytes && channel.isPaused()) channel.resume();
          const hasMore = packets.length > 0 || reader.isWithinPacket;
          if (hasMore && replies.length < repliesAtOnce && replyBytes < replyBytesAtOnce) continue;
          replyBytes = 0;
          await send(channel, Buffer.concat(replies.splice(0)));
        }
      } catch (error) {
        ended ??= `the client sent what is no SFTP: ${(error as Error).message}`;
      }
      isAnswering = false;
      if (ended === undefined) return;
      isAnswering = true;
      await session.end();
      channel.exit(0);
      channel.end();
      resolve(ended);
    }
  });
}

const headBytes = 5;

function sizeOf({ fields, content }: Packet): number {
  return content.reduce((sum, { length }) => sum + length, headBytes + fields.length);
}

/** Waits while the client does not take what it asked for. */
async function send(channel: ServerChannel, reply: Buffer): Promise<void> {
  if (channel.destroyed || channel.writableEnded || channel.write(reply)) return;
  await new Promise<void>((resolve) => {
    const go = () => {
      channel.off('drain', go).off('close', go).off('end', go);
      resolve();
    };
    channel.on('drain', go).on('close', go).on('end', go);
  });
}
