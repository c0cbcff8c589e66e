/** Free slots have this value; the one ID in 2^64 that has it too is kept beside the table. */
const free = 0n;
const fullest = 0.6;
const smallest = 1024;

/**
 * A set of imageIDs of which only the first 8 bytes are kept, in an open-addressing table: 14 to 27 MB
 * for a million, whatever their keys. Two IDs of a million share 8 bytes once in some 37 million runs;
 * then an ID would be taken for one that is there.
 */
export class KeySet {
  #slots = new BigUint64Array(smallest);
  #size = 0;
  #hasFree = false;

  get size(): number {
    return this.#size + (this.#hasFree ? 1 : 0);
  }

  /** @param imageID at least 16 hexadecimal digits, evenly distributed */
  add(imageID: string): void {
    const value = headOf(imageID);
    if (value === free) {
      this.#hasFree = true;
      return;
    }
    if (this.#size + 1 > this.#slots.length * fullest) this.#grow();
    const index = slotOf(this.#slots, value);
    if (this.#slots[index] === value) return;
    this.#slots[index] = value;
    this.#size += 1;
  }

  has(imageID: string): boolean {
    const value = headOf(imageID);
    return value === free ? this.#hasFree : this.#slots[slotOf(this.#slots, value)] === value;
  }

  #grow(): void {
    const slots = new BigUint64Array(this.#slots.length * 2);
    for (const value of this.#slots) if (value !== free) slots[slotOf(slots, value)] = value;
    this.#slots = slots;
  }
}

const headOf = (imageID: string): bigint => BigInt(`0x${imageID.slice(0, 16)}`);

/** Where the value is, or would be put. The table's length is a power of two, and never full. */
function slotOf(slots: BigUint64Array, value: bigint): number {
  const mask = slots.length - 1;
  let index = Number(value & BigInt(mask));
  for (;;) {
    const found = slots[index];
    if (found === free || found === value) return index;
    index = (index + 1) & mask;
  }
}
