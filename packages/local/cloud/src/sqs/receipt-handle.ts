import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto";

/** Which receive of which message a handle stands for. */
interface Receipt {
  readonly queueId: number;
  readonly seq: number;
  readonly messageId: string;
  /** Each receive has its own; only the newest one acts on the message. */
  readonly receiveCount: number;
}

export interface ReceiptHandles {
  write(receipt: Receipt): string;
  /** undefined for a handle that this database never gave out. */
  read(handle: string): Receipt | undefined;
}

const sealBytes = 16;
const bodyBytes = 4 + 6 + 4 + 16;

/**
 * Handles say themselves what they are for, sealed with a secret of the database: so a handle of a message that is
 * gone can be told from one that somebody made up, and no row has to be kept for it.
 */
export function createReceiptHandles(secret: Uint8Array): ReceiptHandles {
  // Made into a key once: that alone costs several times as much as a seal.
  const key = createSecretKey(secret);
  const seal = (body: Uint8Array): Buffer =>
    createHmac("sha256", key).update(body).digest().subarray(0, sealBytes);

  return {
    write({ queueId, seq, messageId, receiveCount }) {
      const body = Buffer.allocUnsafe(bodyBytes);
      body.writeUInt32BE(queueId, 0);
      body.writeUIntBE(seq, 4, 6);
      body.writeUInt32BE(receiveCount, 10);
      body.write(messageId.replaceAll("-", ""), 14, "hex");
      return Buffer.concat([body, seal(body)]).toString("base64");
    },

    read(handle) {
      const bytes = Buffer.from(handle, "base64");
      if (bytes.length !== bodyBytes + sealBytes || bytes.toString("base64") !== handle) {
        return undefined;
      }
      const body = bytes.subarray(0, bodyBytes);
      if (!timingSafeEqual(bytes.subarray(bodyBytes), seal(body))) return undefined;
      return {
        queueId: body.readUInt32BE(0),
        seq: body.readUIntBE(4, 6),
        receiveCount: body.readUInt32BE(10),
        messageId: body
          .toString("hex", 14)
          .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
      };
    },
  };
}
