/** The part of lz4js that is used: it comes without types. */
declare module 'lz4js' {
  /**
   * Unpacks one block from `source[from, from + length)` to `target` at `to`, and returns the end of what it wrote. It checks
   * no bounds: neither those of its arguments nor the distances in the block.
   */
  export function decompressBlock(
    source: Uint8Array,
    target: Uint8Array,
    from: number,
    length: number,
    to: number,
  ): number;
}
