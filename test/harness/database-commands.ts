const headerBytes = 4;
const query = 0x03;
const prepare = 0x16;

/**
 * Cuts what a client sends into packets of the MySQL protocol and reads the text of each statement: the program sends its
 * statements as text (COM_QUERY), and a prepared one names its text when it is prepared (COM_STMT_PREPARE).
 */
export class CommandReader {
  readonly #onPacket: (packet: Buffer, sql: string | undefined) => void;
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(onPacket: (packet: Buffer, sql: string | undefined) => void) {
    this.#onPacket = onPacket;
  }

  read(bytes: Buffer): void {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    if (this.#length < headerBytes) return;
    let rest = this.#pieces.length === 1 ? bytes : Buffer.concat(this.#pieces, this.#length);
    while (rest.length >= headerBytes && rest.length >= headerBytes + rest.readUIntLE(0, 3)) {
      const packet = rest.subarray(0, headerBytes + rest.readUIntLE(0, 3));
      rest = rest.subarray(packet.length);
      this.#onPacket(packet, statementOf(packet));
    }
    this.#pieces = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
  }
}

/** A command is the first packet of its exchange (its number is 0); what follows in one, such as a file's rows, is none. */
function statementOf(packet: Buffer): string | undefined {
  const [number, command] = [packet[3], packet[headerBytes]];
  if (number !== 0 || (command !== query && command !== prepare)) return undefined;
  return packet.toString('utf8', headerBytes + 1);
}
